"""What sites get when they publish, withdraw and search by web service."""

from __future__ import annotations

import xmlrpc.client
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub import clock
from hub.courses import moderation, visibility
from hub.courses.models import Course, CourseVersion, Kind, Standing
from hub.events.record import COMMAND
from hub.extensions import db
from hub.search import query
from hub.sites import moderation as sites
from hub.sites.models import Site
from tests.courses.calling import COURSE, rest_call, to_advertise, to_share, xmlrpc_call
from tests.courses.conftest import Counting, change
from tests.courses.sending import picture
from tests.factories import make_backup, make_course, make_screenshot, make_site

ALWAYS = {"id", "fullname", "shortname", "description", "language", "publishername", "contributornames", "coverage"}
ALWAYS |= {"creatorname", "licenceshortname", "subject", "audience", "educationallevel", "creatornotes"}
ALWAYS |= {"creatornotesformat", "enrollable", "screenshots", "timemodified", "contents", "backupsize"}
OWNERS = {"publisheremail", "privacy", "sitecourseid"}


def publish(client: FlaskClient, token: str, *courses: dict[str, Any]) -> list[int]:
    answer: list[int] = xmlrpc_call(client, token, "hub_register_courses", list(courses))
    db.session.rollback()
    db.session.expire_all()
    return answer


def find(client: FlaskClient, token: str = "publichub", **options: Any) -> dict[str, Any]:
    search = options.pop("search", "")
    answer: dict[str, Any] = xmlrpc_call(client, token, "hub_get_courses", search, True, True, options)
    return answer


def own(client: FlaskClient, token: str, **options: Any) -> list[dict[str, Any]]:
    courses: list[dict[str, Any]] = find(client, token, allsitecourses=1, **options)["courses"]
    return courses


def get(course_id: int) -> Course:
    return db.session.get_one(Course, course_id)


def test_an_advertised_course_gets_one_number_assertion_038(client: FlaskClient, token: str, site: Site) -> None:
    (course_id,) = publish(client, token, to_advertise())
    course = get(course_id)
    assert (course.site_id, course.course_id_on_site, course.kind) == (site.id, 7, Kind.ENROLLABLE)
    assert course.fullname == COURSE["fullname"]
    assert course.description == COURSE["description"]
    assert not course.listed


def test_advertising_again_keeps_the_number_and_changes_the_listing_assertion_039(
    client: FlaskClient, token: str
) -> None:
    first = publish(client, token, to_advertise())
    second = publish(client, token, to_advertise(fullname="Another name", outcomes=[{"fullname": "Knows more"}]))
    assert first == second
    assert (get(first[0]).fullname, get(first[0]).outcomes) == ("Another name", ["Knows more"])


def test_sharing_twice_makes_two_numbers_other_than_the_advertised_one_assertion_040(
    client: FlaskClient, token: str
) -> None:
    ids = [publish(client, token, each)[0] for each in (to_advertise(), to_share(), to_share())]
    assert len(set(ids)) == 3


@pytest.mark.parametrize("text_format", ["1", 1])
def test_the_format_of_the_notes_is_text_or_integer_assertion_041(
    client: FlaskClient, token: str, text_format: object
) -> None:
    (course_id,) = publish(client, token, to_advertise(creatornotesformat=text_format))
    assert get(course_id).creator_notes_format == 1


def test_a_course_without_contents_still_answers_with_a_list_of_them_assertion_042(
    client: FlaskClient, token: str
) -> None:
    (course_id,) = publish(client, token, to_advertise(contents=[], outcomes=[]))
    moderation.approve(get(course_id), by=COMMAND)
    db.session.commit()
    (found,) = find(client)["courses"]
    assert len(found["contents"]) == 1
    assert found["contents"][0]["moduletype"] == "block"
    assert "outcomes" not in found


def test_screenshots_are_deleted_when_asked_and_counted_as_they_are_assertions_043_and_044(
    client: FlaskClient, token: str, site: Site
) -> None:
    course = make_course(site, standing=Standing.WAITING, course_id_on_site=7)
    for number in (1, 2):
        make_screenshot(course, picture(), number)
    db.session.commit()
    publish(client, token, to_advertise(screenshots="5"))
    assert own(client, token)[0]["screenshots"] == 2
    publish(client, token, to_advertise(screenshots="0", deletescreenshots="1"))
    assert own(client, token)[0]["screenshots"] == 0


@pytest.mark.parametrize("subject", ["none", "field199", "' or 1=1 --", ""])
def test_an_unknown_subject_breaks_nothing_assertion_045_b_12(client: FlaskClient, token: str, subject: str) -> None:
    (course_id,) = publish(client, token, to_advertise(subject=subject))
    moderation.approve(get(course_id), by=COMMAND)
    db.session.commit()
    assert find(client)["coursetotal"] == 1
    assert find(client, subject="field101")["coursetotal"] == 0


def test_a_number_is_never_used_twice_assertion_046(client: FlaskClient, token: str) -> None:
    (gone,) = publish(client, token, to_share())
    db.session.execute(db.delete(Course).where(Course.id == gone))
    db.session.commit()
    assert publish(client, token, to_share())[0] > gone


def test_an_empty_array_is_an_empty_struct_assertion_047(client: FlaskClient, open_hub: Flask) -> None:
    make_course()
    assert xmlrpc_call(client, "publichub", "hub_get_courses", "", 0, 1, [])["coursetotal"] == 1


@pytest.mark.parametrize("coverage", ["all", "math", ""])
def test_the_coverage_option_does_not_filter_assertion_048(client: FlaskClient, open_hub: Flask, coverage: str) -> None:
    make_course(coverage="physics")
    assert find(client, coverage=coverage)["coursetotal"] == 1


def test_a_subject_finds_what_lies_below_it_assertion_049_t52(client: FlaskClient, open_hub: Flask) -> None:
    for subject in ("field101", "field10101", "field1010101", "field102", "none"):
        make_course(subject=subject)
    assert find(client, subject="field101")["coursetotal"] == 3
    assert find(client, subject="all")["coursetotal"] == 5


def test_a_language_filters_and_its_absence_does_not_assertion_050(client: FlaskClient, open_hub: Flask) -> None:
    make_course(language="fr")
    make_course(language="en")
    assert [each["language"] for each in find(client, language="fr")["courses"]] == ["fr"]
    assert find(client)["coursetotal"] == find(client, language="all")["coursetotal"] == 2


def test_results_are_skipped_by_number_assertion_051(client: FlaskClient, open_hub: Flask) -> None:
    change(maxwscourseresult="10")
    site = make_site()
    now = clock.now()
    ids = [make_course(site, modified_at=now - timedelta(minutes=age)).id for age in range(25)]
    page = find(client, givememore=10, orderby="newest")
    assert ([each["id"] for each in page["courses"]], page["coursetotal"]) == (ids[10:20], 25)


def test_a_client_walks_through_all_results_exactly_once_t50_b_44(
    client: FlaskClient, open_hub: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also beyond the number up to which results are counted."""
    monkeypatch.setattr(query, "COUNTED", 6)
    change(maxwscourseresult="4")
    site = make_site()
    ids = {make_course(site, fullname="Same", modified_at=site.registered_at).id for _ in range(21)}
    for order in ("newest", "eldest", "fullname", "publisher", "ratingaverage"):
        seen: list[int] = []
        for _page in range(10):
            answer = find(client, givememore=len(seen), orderby=order)
            seen += [each["id"] for each in answer["courses"]]
            if len(seen) >= answer["coursetotal"]:
                break
        assert (len(seen), set(seen)) == (21, ids)


@pytest.mark.parametrize("order", ["newest", "eldest", "fullname", "publisher", "ratingaverage", "by size", ""])
def test_every_order_is_understood_and_an_unknown_one_harmless_assertion_052_t51(
    client: FlaskClient, open_hub: Flask, order: str
) -> None:
    site, now = make_site(), clock.now()
    old = make_course(site, fullname="B", publisher_name="A", modified_at=now - timedelta(days=1)).id
    new = make_course(site, fullname="A", publisher_name="B", modified_at=now).id
    expected = {"eldest": [old, new], "publisher": [old, new]}.get(order, [new, old])
    if order != "ratingaverage":
        assert [each["id"] for each in find(client, orderby=order)["courses"]] == expected
    assert find(client, orderby=order)["coursetotal"] == 2


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"kind": Kind.DOWNLOADABLE},
        {"kind": Kind.DOWNLOADABLE, "course_url": "", "demo_url": ""},
        {"course_url": "", "contents": [], "description": "", "shortname": "", "language": ""},
    ],
)
def test_every_field_that_clients_read_is_there_assertion_053_t54(
    client: FlaskClient, open_hub: Flask, values: dict[str, Any]
) -> None:
    course = make_course(**values)
    (found,) = find(client)["courses"]
    assert found.keys() >= ALWAYS
    assert found.keys() & {"courseurl", "demourl"}
    assert not found.keys() & OWNERS
    assert found["backupsize"] == (course.backup_size or 0)


def test_the_kind_is_a_boolean_assertion_054(client: FlaskClient, open_hub: Flask) -> None:
    make_course(kind=Kind.DOWNLOADABLE)
    assert find(client)["courses"][0]["enrollable"] is False
    (found,) = rest_call(client, "publichub", "hub_get_courses", search="", downloadable=1, enrollable=0)["courses"]
    assert found["enrollable"] is False


def test_a_course_without_rating_counts_0_and_has_a_scale_assertion_055(client: FlaskClient, open_hub: Flask) -> None:
    make_course()
    assert find(client)["courses"][0]["rating"] == {"scaleid": 10, "count": 0}


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1) ",
    "<a href='javascript:alert(1)'>x</a>",
    "<<script>script>alert(1)</script>",
    "</textarea><svg/onload=alert(1)>",
    "<!-- -->",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_text_in_answers_holds_nothing_active_assertion_056_b_10(client: FlaskClient, token: str, hostile: str) -> None:
    names = ("fullname", "shortname", "description", "publishername", "creatorname", "contributornames", "coverage")
    contents = [{"moduletype": "activity", "modulename": hostile or "x", "contentcount": 1}]
    (course_id,) = publish(
        client,
        token,
        to_advertise(
            **{name: f"A {hostile}" for name in names},
            creatornotes=f"<p onclick=alert(1)>N {hostile}</p>",
            outcomes=[{"fullname": f"O {hostile}"}],
            contents=contents,
            courseurl="javascript:alert(1)",
        ),
    )
    moderation.approve(get(course_id), by=COMMAND)
    db.session.commit()
    (found,) = find(client)["courses"]
    for written in [*(found[name] for name in names), found["outcomes"][0]["fullname"], str(found["contents"])]:
        assert not [each for each in ("<script", "<img", "<svg", "<a ", "</", "<!") if each in written.lower()]
    for active in ("<script", "onclick", "onerror=alert", "javascript:", "onload"):
        assert active not in found["creatornotes"].replace("&lt;img src=x onerror=alert", "")
    assert "courseurl" not in found
    assert found["demourl"] == ""


def test_words_with_angle_brackets_are_left_as_they_are(client: FlaskClient, open_hub: Flask) -> None:
    make_course(description="5 < 6 and 7 > 6, I <3 maths & physics")
    assert find(client)["courses"][0]["description"] == "5 < 6 and 7 > 6, I <3 maths & physics"


@pytest.mark.parametrize("name", ["hub_register_courses", "hub_unregister_courses"])
def test_the_public_token_publishes_nothing_assertion_057(client: FlaskClient, open_hub: Flask, name: str) -> None:
    with pytest.raises(xmlrpc.client.Fault, match="accessexception"):
        xmlrpc_call(client, "publichub", name, [])


def test_the_public_token_sees_nothing_private_assertion_058_t44(client: FlaskClient, open_hub: Flask) -> None:
    shown = make_course()
    make_course(standing=Standing.WAITING)
    (found,) = find(client, allsitecourses=1)["courses"]
    assert found["id"] == shown.id
    assert not found.keys() & OWNERS


def test_only_the_owner_sees_what_is_the_owners_t44(client: FlaskClient, token: str, site: Site) -> None:
    mine, other = make_course(site), make_course()
    found = {each["id"]: each.keys() & OWNERS for each in find(client, token)["courses"]}
    assert found == {mine.id: OWNERS, other.id: set()}


def test_40_000_bytes_in_an_address_are_handled_assertion_089(client: FlaskClient, token: str) -> None:
    notes = "<p>" + "Ünïcode " * 4000 + "</p>"
    answer = rest_call(client, token, "hub_register_courses", courses=[to_advertise(creatornotes=notes)])
    assert answer == [1]
    assert len(get(1).creator_notes) == len(notes)


def test_the_text_0_is_a_share_and_1_an_advertisement_assertion_090(client: FlaskClient, token: str) -> None:
    kinds = []
    for enrollable in ("0", "1"):
        (course_id,) = rest_call(client, token, "hub_register_courses", courses=[COURSE | {"enrollable": enrollable}])
        kinds.append(get(course_id).kind)
    assert kinds == [Kind.DOWNLOADABLE, Kind.ENROLLABLE]


def test_no_result_is_an_empty_list_assertion_097_t53(client: FlaskClient, open_hub: Flask) -> None:
    answer = rest_call(client, "publichub", "hub_get_courses", search="nothing", downloadable=1, enrollable=1)
    assert answer == {"courses": [], "coursetotal": 0}
    assert find(client, search="nothing") == {"courses": [], "coursetotal": 0}


def test_neither_kind_finds_nothing(client: FlaskClient, open_hub: Flask) -> None:
    make_course()
    answer = xmlrpc_call(client, "publichub", "hub_get_courses", "", False, False, {})
    assert answer == {"courses": [], "coursetotal": 0}


def test_the_kind_is_chosen_by_integer_or_boolean_alike_assertion_031(client: FlaskClient, open_hub: Flask) -> None:
    advertised, shared = make_course().id, make_course(kind=Kind.DOWNLOADABLE).id
    for downloadable, enrollable, expected in ((0, True, advertised), (1, False, shared), (True, 0, shared)):
        answer = xmlrpc_call(client, "publichub", "hub_get_courses", "", downloadable, enrollable, {})
        assert [each["id"] for each in answer["courses"]] == [expected]


def test_a_site_sees_all_its_courses_without_paging_assertion_098(client: FlaskClient, token: str, site: Site) -> None:
    change(maxwscourseresult="2")
    make_course()
    privacy = {
        make_course(site).id: 1,
        make_course(site, standing=Standing.WAITING).id: 0,
        make_course(site, standing=Standing.HIDDEN).id: 0,
        make_course(site, kind=Kind.DOWNLOADABLE, backup=None).id: 0,
    }
    make_course(site, withdrawn_at=clock.now())
    assert {each["id"]: each["privacy"] for each in own(client, token)} == privacy
    rest = rest_call(
        client, token, "hub_get_courses", search="", downloadable=1, enrollable=1, options={"allsitecourses": 1}
    )
    assert rest["coursetotal"] == 4
    assert all(each.keys() >= ALWAYS | OWNERS for each in rest["courses"])


def test_a_form_is_filled_from_the_latest_publication(client: FlaskClient, token: str, site: Site) -> None:
    course = make_course(site, course_id_on_site=7)
    make_course(site)
    answer = xmlrpc_call(client, token, "hub_get_courses", "", False, True, {"ids": [course.id], "allsitecourses": 1})
    assert [each["id"] for each in answer["courses"]] == [course.id]
    assert [each["id"] for each in own(client, token, sitecourseids=[7])] == [course.id]
    assert (
        xmlrpc_call(client, token, "hub_get_courses", "", True, False, {"ids": [course.id], "allsitecourses": 1})[
            "courses"
        ]
        == []
    )


def test_the_owner_sees_the_change_that_waits_and_visitors_the_approved_one(
    client: FlaskClient, token: str, site: Site
) -> None:
    course = make_course(site, course_id_on_site=7, fullname="Approved")
    make_screenshot(course, picture())
    db.session.commit()
    publish(client, token, to_advertise(fullname="Changed", deletescreenshots=1))
    (mine,) = own(client, token)
    assert (mine["fullname"], mine["privacy"], mine["screenshots"]) == ("Changed", 1, 0)
    assert mine["publisheremail"] == "pub@example.com"
    (seen,) = find(client)["courses"]
    assert (seen["fullname"], seen["screenshots"]) == ("Approved", 1)


def test_ids_without_own_courses_find_only_what_everybody_sees(client: FlaskClient, token: str, site: Site) -> None:
    shown, hidden = make_course(site), make_course(site, standing=Standing.HIDDEN)
    assert [each["id"] for each in find(client, token, ids=[hidden.id, shown.id])["courses"]] == [shown.id]


def test_a_course_without_backup_is_neither_listed_nor_counted_t49(client: FlaskClient, open_hub: Flask) -> None:
    course = make_course(kind=Kind.DOWNLOADABLE, backup=None)
    assert find(client) == {"courses": [], "coursetotal": 0}
    make_backup(course)
    visibility.refresh(Course.id == course.id)
    db.session.commit()
    assert find(client)["coursetotal"] == 1


def test_courses_of_a_site_that_is_hidden_or_left_are_not_found_b_43(
    client: FlaskClient, token: str, site: Site
) -> None:
    make_course(site)
    sites.hide(site, by=COMMAND)
    db.session.commit()
    assert find(client)["coursetotal"] == 0
    sites.show(site, by=COMMAND)
    db.session.commit()
    assert find(client)["coursetotal"] == 1
    xmlrpc_call(client, token, "hub_unregister_site")
    assert find(client)["coursetotal"] == 0


def test_withdrawing_takes_a_course_out_of_everything_t39(client: FlaskClient, token: str, site: Site) -> None:
    course = make_course(site)
    assert xmlrpc_call(client, token, "hub_unregister_courses", [course.id]) == 1
    assert find(client)["coursetotal"] == 0
    assert own(client, token) == []
    assert xmlrpc_call(client, "publichub", "hub_get_info")["courses"] == 0


def test_numbers_of_courses_may_be_text_assertion_034(client: FlaskClient, token: str, site: Site) -> None:
    ids = [str(make_course(site).id) for _ in range(3)]
    assert xmlrpc_call(client, token, "hub_unregister_courses", ids) == 1
    assert own(client, token) == []


def test_withdrawing_what_is_unknown_or_withdrawn_already_is_no_error_t38(
    client: FlaskClient, token: str, site: Site
) -> None:
    course = make_course(site)
    for _ in range(2):
        assert xmlrpc_call(client, token, "hub_unregister_courses", [4711, course.id]) == 1


def test_withdrawing_another_sites_course_undoes_the_whole_call_t38(
    client: FlaskClient, token: str, site: Site
) -> None:
    mine, other = make_course(site), make_course()
    with pytest.raises(xmlrpc.client.Fault, match="triedtounregisteracourseforwrongsite"):
        xmlrpc_call(client, token, "hub_unregister_courses", [mine.id, other.id])
    assert find(client)["coursetotal"] == 2


def test_one_bad_course_undoes_the_whole_publication(client: FlaskClient, token: str) -> None:
    with pytest.raises(xmlrpc.client.Fault, match="has no name"):
        publish(client, token, to_share(), to_share(fullname="<b></b>"))
    assert own(client, token) == []


def test_the_daily_limit_is_told_with_its_number_and_when_a_place_is_free_b_27(client: FlaskClient, token: str) -> None:
    change(maxcoursesperday="2")
    publish(client, token, to_share(), to_share())
    with pytest.raises(xmlrpc.client.Fault) as raised:
        publish(client, token, to_share())
    assert raised.value.faultCode == 64332090
    assert "may publish 2 courses in 24 hours" in raised.value.faultString
    assert "24 hours" in raised.value.faultString


def test_a_site_that_may_publish_nothing_is_told_so(client: FlaskClient, token: str) -> None:
    change(maxcoursesperday="0")
    with pytest.raises(xmlrpc.client.Fault) as raised:
        publish(client, token, to_share())
    assert raised.value.faultCode == 32784864


def test_regional_and_unknown_languages_are_taken_b_40(client: FlaskClient, token: str) -> None:
    ids = [publish(client, token, to_share(language=code))[0] for code in ("pt_br", "de-AT", "xx_klingon", "")]
    for course_id in ids:
        moderation.approve(get(course_id), by=COMMAND)
        make_backup(get(course_id))
    visibility.refresh()
    db.session.commit()
    assert find(client, language="pt")["coursetotal"] == 1
    assert {each["language"] for each in find(client)["courses"]} == {"pt_br", "de-AT", "xx_klingon", ""}


def test_a_private_hub_answers_sites_only_t45(client: FlaskClient, token: str, site: Site) -> None:
    make_course(site)
    change(privacy="private")
    with pytest.raises(xmlrpc.client.Fault):
        find(client)
    assert find(client, token)["coursetotal"] == 1


def test_large_backups_have_their_size_assertion_081(client: FlaskClient, open_hub: Flask) -> None:
    course = make_course(kind=Kind.DOWNLOADABLE)
    course.backup_size = 3_000_000_000
    db.session.commit()
    assert find(client)["courses"][0]["backupsize"] == 3_000_000_000


def test_the_statements_of_an_answer_do_not_grow_with_its_courses_b_28(
    client: FlaskClient, token: str, site: Site, statements: Counting
) -> None:
    own(client, token)
    find(client)
    counts = []
    for _ in range(2):
        for _ in range(4):
            course = make_course(site)
            make_screenshot(course, picture(size=(20, 20)), waits=True)
            db.session.add(
                CourseVersion(
                    course_id=course.id, number=1, state="WAITING", received_at=clock.now(), fullname=course.fullname
                )
            )
        db.session.commit()
        with statements() as seen:
            own(client, token)
            find(client)
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert counts[0] <= 24
