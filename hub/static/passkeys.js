// Passkeys: a form that asks the browser for one, puts its answer into a hidden field, and is then sent like any other.

const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0));

function toText(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (each) => String.fromCharCode(each)).join("");
  return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

const withBytes = (credentials) => (credentials || []).map((each) => ({ ...each, id: toBytes(each.id) }));

function asked(options) {
  const readable = { ...options, challenge: toBytes(options.challenge) };
  if (options.user) readable.user = { ...options.user, id: toBytes(options.user.id) };
  if (options.excludeCredentials) readable.excludeCredentials = withBytes(options.excludeCredentials);
  if (options.allowCredentials) readable.allowCredentials = withBytes(options.allowCredentials);
  return readable;
}

function written(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  const { id, type } = credential;
  return JSON.stringify({ id, rawId: toText(credential.rawId), type, response, clientExtensionResults: {} });
}

async function options(form) {
  const answer = await fetch(form.dataset.options, { method: "POST", body: new FormData(form) });
  if (!answer.ok) throw new Error(`options: ${answer.status}`);
  return asked(await answer.json());
}

function sentence(form, error) {
  if (error.name === "InvalidStateError") return form.dataset.known;
  return error instanceof DOMException ? form.dataset.cancelled : form.dataset.failed;
}

async function run(form) {
  const complaint = form.querySelector("[data-passkey-error]");
  complaint.hidden = true;
  try {
    const credential = await navigator.credentials[form.dataset.passkey]({ publicKey: await options(form) });
    form.querySelector("[data-passkey-answer]").value = written(credential);
    form.submit();
  } catch (error) {
    delete form.dataset.sent;
    complaint.textContent = sentence(form, error);
    complaint.hidden = false;
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const known = Boolean(window.PublicKeyCredential);
  form.hidden = !known;
  form.parentElement.querySelector("[data-passkey-missing]").hidden = known;
  form.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) run(form);
    event.preventDefault();
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
