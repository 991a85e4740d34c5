// A word while the site is asked: <form data-waits="id of a hidden element that says so">
const form = document.querySelector("form[data-waits]");
const word = document.getElementById(form.dataset.waits);
form.addEventListener("submit", () => { word.hidden = false; });
addEventListener("pageshow", () => { word.hidden = true; });
