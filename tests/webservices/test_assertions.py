"""The numbered assertions about clients (client conformance checklist) as far as the wire itself can keep them."""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hub.webservices.faults import RegistrationBlocked
from tests.webservices.demo import ADDRESS, OLD, KnownCallers, Received, T, Xmlrpc, method_call, recorded

COURSE = (
    "<array><data><value><struct><member><name>sitecourseid</name><value><int>7</int></value></member>"
    "<member><name>fullname</name><value><string>{fullname}</string></value></member>"
    + "".join(
        f"<member><name>{name}</name><value><string>a</string></value></member>"
        for name in ("shortname", "description", "language", "publishername", "creatornotes")
    )
    + "<member><name>publisheremail</name><value><string/></value></member>"
    "<member><name>creatornotesformat</name><value><string>1</string></value></member></struct></value></data></array>"
)


def arguments(function: str, token: str = T, **named: str) -> str:
    return urlencode({"wstoken": token, "wsfunction": function, "moodlewsrestformat": "json", **named})


def get(client: FlaskClient, function: str, token: str = T, **named: str) -> TestResponse:
    return client.get(f"{ADDRESS}?{arguments(function, token, **named)}")


def post(client: FlaskClient, function: str, token: str = T, **named: str) -> TestResponse:
    return client.post(
        ADDRESS, data=arguments(function, token, **named), content_type="application/x-www-form-urlencoded"
    )


def siteinfo(**told: str) -> dict[str, str]:
    return {f"siteinfo[{name}]": value for name, value in told.items()}


@pytest.mark.parametrize("token", [T, "unknown", "publichub"])
def test_assertion_024_a_question_for_a_signature_is_always_answered_with_fault_620(xmlrpc: Xmlrpc, token: str) -> None:
    asked = recorded("2.8.5", "register-system.methodSignature")
    for body in (asked, method_call("system.methodSignature", "<string>hub_update_site_info</string>")):
        answer = xmlrpc(body, token)
        assert "<fault>" in answer
        assert "<name>faultCode</name><value><int>620</int></value>" in answer


def test_assertion_025_a_call_without_params_element_works(xmlrpc: Xmlrpc) -> None:
    body = recorded("2.8.5", "advertise-metadata-page-hub_get_info")
    assert b"params" not in body
    assert "<name>name</name><value><string>Hub &amp; &lt;Söhne&gt;</string></value>" in xmlrpc(body)


@pytest.mark.parametrize("nothing", ["<nil/>", "<string/>", "<string></string>", "<boolean>0</boolean>", ""])
def test_assertion_026_null_as_search_is_empty_text(xmlrpc: Xmlrpc, received: Received, nothing: str) -> None:
    xmlrpc(method_call("hub_get_courses", nothing, "<int>1</int>", "<int>1</int>", "<struct/>"))
    assert received["hub_get_courses"]["search"] == ""


def test_assertion_027_boolean_false_in_text_fields_is_empty_text(xmlrpc: Xmlrpc, received: Received) -> None:
    fields = "".join(
        f"<member><name>{name}</name><value><boolean>0</boolean></value></member>"
        for name in ("contactphone", "imageurl")
    )
    xmlrpc(method_call("hub_update_site_info", f"<struct>{fields}</struct>"))
    assert received["hub_update_site_info"]["siteinfo"] == {"contactphone": "", "imageurl": ""}


@pytest.mark.parametrize(("average", "read"), [("<int>0</int>", 0.0), ("<double>2.5</double>", 2.5)])
def test_assertion_028_averages_may_be_whole_or_not(
    xmlrpc: Xmlrpc, received: Received, average: str, read: float
) -> None:
    member = f"<member><name>participantnumberaverage</name><value>{average}</value></member>"
    xmlrpc(method_call("hub_update_site_info", f"<struct>{member}</struct>"))
    assert received["hub_update_site_info"]["siteinfo"] == {"participantnumberaverage": read}


def test_assertion_029_every_scalar_has_its_type_and_nothing_precedes_the_declaration(xmlrpc: Xmlrpc) -> None:
    for body in (method_call("hub_get_info"), method_call("backupsize"), method_call("system.listMethods"), "no call"):
        answer = xmlrpc(body)
        assert answer.startswith("<?xml")
        assert not re.search(r"<value>[^<]|<value></value>|<value/>", answer)


def test_assertion_031_flags_may_be_numbers_or_booleans(xmlrpc: Xmlrpc, received: Received) -> None:
    xmlrpc(method_call("hub_get_courses", "<string/>", "<int>0</int>", "<boolean>1</boolean>", "<struct/>"))
    assert (received["hub_get_courses"]["downloadable"], received["hub_get_courses"]["enrollable"]) == (False, True)


def test_assertion_033_a_site_leaves_without_arguments_and_its_dead_token_gets_a_fault(
    xmlrpc: Xmlrpc, callers: KnownCallers
) -> None:
    assert "<boolean>1</boolean>" in xmlrpc(method_call("hub_unregister_site"))
    del callers.by_token[T]
    answer = xmlrpc(method_call("hub_get_info"))
    assert "<int>89159464</int>" in answer
    assert "ERRORCODE: invalidtoken" in answer


def test_assertion_034_ids_may_be_text(xmlrpc: Xmlrpc, received: Received) -> None:
    ids = "<array><data><value><string>3</string></value><value><int>9</int></value></data></array>"
    assert "<boolean>1</boolean>" in xmlrpc(method_call("hub_unregister_courses", ids))
    assert received["hub_unregister_courses"]["courseids"] == [3, 9]


@pytest.mark.parametrize("notesformat", ["<string>1</string>", "<int>1</int>"])
def test_assertion_041_the_format_of_notes_may_be_text_or_a_number(
    xmlrpc: Xmlrpc, received: Received, notesformat: str
) -> None:
    course = COURSE.format(fullname="a").replace("<string>1</string>", notesformat)
    assert "<int>11</int>" in xmlrpc(method_call("hub_register_courses", course))
    assert received["hub_register_courses"]["courses"][0]["creatornotesformat"] == 1  # type: ignore[index]


def test_assertion_047_an_empty_array_as_options_is_an_empty_struct(xmlrpc: Xmlrpc, received: Received) -> None:
    empty = "<array><data/></array>"
    assert "coursetotal" in xmlrpc(method_call("hub_get_courses", "<string/>", "<int>1</int>", "<int>1</int>", empty))
    assert received["hub_get_courses"]["options"] == {}


def test_assertion_054_yes_and_no_are_booleans_in_every_dialect(client: FlaskClient, xmlrpc: Xmlrpc) -> None:
    assert "<value><boolean>1</boolean></value>" in xmlrpc(method_call("hub_unregister_site"))
    assert get(client, "hub_unregister_site").text == "true"
    xml = client.get(f"{ADDRESS}?wstoken={T}&wsfunction=hub_unregister_site").text
    assert "<VALUE>1</VALUE>" in xml


@pytest.mark.parametrize("function", ["hub_update_site_info", "hub_register_courses", "hub_unregister_site"])
def test_assertion_057_the_public_token_opens_two_functions_only(
    client: FlaskClient, xmlrpc: Xmlrpc, function: str
) -> None:
    assert "<fault>" not in xmlrpc(method_call("hub_get_info"), "publichub")
    assert (
        "coursetotal" in get(client, "hub_get_courses", "publichub", search="", downloadable="1", enrollable="1").text
    )
    fault = xmlrpc(method_call(function), "publichub")
    assert "<int>23000021</int>" in fault
    assert "ERRORCODE: accessexception" in fault
    said = get(client, function, "publichub").json
    assert said is not None
    assert (said["exception"], said["errorcode"]) == ("webservice_access_exception", "accessexception")


def published_as(xmlrpc: Xmlrpc, received: Received, fullname: str) -> object:
    assert "<int>11</int>" in xmlrpc(method_call("hub_register_courses", COURSE.format(fullname=fullname)))
    return received["hub_register_courses"]["courses"][0]["fullname"]  # type: ignore[index]


def test_assertion_076_bytes_written_as_references_are_joined(xmlrpc: Xmlrpc, received: Received) -> None:
    assert published_as(xmlrpc, received, "Caf&#195;&#169;") == "Café"
    assert published_as(xmlrpc, received, "&#240;&#159;&#152;&#128; &#xE2;&#x82;&#xAC;") == "😀 €"


def test_assertion_077_references_that_are_no_utf8_stay_the_characters_they_name(
    xmlrpc: Xmlrpc, received: Received
) -> None:
    assert published_as(xmlrpc, received, "&#195;&#169; caf&#233;") == "Ã© café"


def test_assertion_078_what_a_user_typed_in_raw_text_stays(xmlrpc: Xmlrpc, received: Received) -> None:
    assert published_as(xmlrpc, received, "Ã© &#195;&#169;") == "Ã© Ã©"


def test_assertion_079_the_layout_of_the_extension_is_read(xmlrpc: Xmlrpc, received: Received) -> None:
    assert "Hub" in xmlrpc(recorded("3.3.1", "advertise-metadata-page-hub_get_info"), OLD, "MoodleBot/1.0")
    assert "coursetotal" in xmlrpc(
        recorded("3.3.1", "community-search-enrollable-hub_get_courses"), OLD, "MoodleBot/1.0"
    )
    assert received["hub_get_courses"]["search"] == ""


def test_assertion_080_a_host_without_its_port_is_answered(client: FlaskClient) -> None:
    answer = client.post(
        f"{ADDRESS}?wstoken={T}",
        data=method_call("hub_get_info"),
        content_type="text/xml",
        headers={"Host": "127.0.0.1"},
    )
    assert b"<name>hublogo</name>" in answer.data


def test_assertion_081_a_size_beyond_31_bits_does_not_overflow(client: FlaskClient, xmlrpc: Xmlrpc) -> None:
    assert "<value><double>3000000000</double></value>" in xmlrpc(method_call("backupsize"), OLD)
    assert get(client, "backupsize").text == "3000000000"


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ("", "invalidrecord"),
        ("<methodCall><oops", "invalidrecord"),
        (method_call("hub_nope"), "invalidrecord"),
        (method_call("hub_get_courses"), "invalidparameter"),
        (method_call("write_note", "<string>break afterwards</string>"), "generalexceptionmessage"),
        (method_call("answer_nonsense"), "invalidresponse"),
    ],
)
def test_assertion_082_errors_are_faults_with_status_200(xmlrpc: Xmlrpc, body: str, key: str) -> None:
    fault = xmlrpc(body)
    assert re.search(
        r"<fault><value><struct><member><name>faultCode</name><value><int>\d{8}</int></value></member><member>"
        rf"<name>faultString</name><value><string>[^<]+ \| ERRORCODE: {key}</string></value></member></struct></value>"
        r"</fault>",
        fault,
    )


def test_assertion_083_no_answer_holds_nil_or_i8(xmlrpc: Xmlrpc) -> None:
    for body in (method_call("hub_get_info"), method_call("backupsize")):
        answer = xmlrpc(body)
        assert "nil" not in answer
        assert "i8" not in answer
    assert "privacy" not in xmlrpc(method_call("hub_get_info"))


def test_assertion_084_the_clients_of_31_to_340_get_references_and_others_raw_text(
    xmlrpc: Xmlrpc, callers: KnownCallers
) -> None:
    for_old, for_others = xmlrpc(method_call("hub_get_info"), OLD), xmlrpc(method_call("hub_get_info"), T)
    assert "S&#195;&#182;hne" in for_old
    assert for_old.isascii()
    assert "Söhne" in for_others
    assert 'version="1.0" encoding="UTF-8"' in for_old
    assert 'version="1.0" encoding="UTF-8"' in for_others


def test_assertion_084_public_calls_are_answered_in_the_style_of_the_request(xmlrpc: Xmlrpc) -> None:
    references = method_call("echo", "<string>&#195;&#169;</string>")
    assert "&#195;&#169;" in xmlrpc(references, "publichub")
    assert "&#195;&#169;" not in xmlrpc(method_call("echo", "<string>é</string>"), "publichub")
    pretty = recorded("3.3.1", "advertise-metadata-page-hub_get_info")
    assert "S&#195;&#182;hne" in xmlrpc(pretty, "publichub", "MoodleBot/1.0")
    assert "Söhne" in xmlrpc(pretty, "publichub", "MoodleBot/3.8 (+http://site.example)")


def test_assertion_084_faults_follow_the_same_rule(xmlrpc: Xmlrpc) -> None:
    assert "&#195;&#169;" in xmlrpc(method_call("hub_update_site_info", "<string>é</string>"), OLD)


def test_assertion_085_only_faults_and_the_list_of_a_multicall_hold_fault_codes(xmlrpc: Xmlrpc) -> None:
    for body in (method_call("hub_get_info"), method_call("system.listMethods")):
        assert "faultCode" not in xmlrpc(body)


def test_assertion_086_an_update_by_get_without_version_is_answered_true(client: FlaskClient) -> None:
    answer = get(client, "hub_update_site_info", **siteinfo(name="A school"))
    assert (answer.status_code, answer.content_type, answer.text) == (200, "application/json", "true")


def test_assertion_087_fields_that_are_missing_because_they_are_null_are_accepted(
    client: FlaskClient, received: Received
) -> None:
    assert get(client, "hub_update_site_info", **siteinfo(name="A school", users="")).json is True
    assert received["hub_update_site_info"]["siteinfo"] == {"name": "A school"}


def test_assertion_088_unknown_arguments_and_unknown_keys_are_ignored(client: FlaskClient, received: Received) -> None:
    told = siteinfo(name="A school", invented="1")
    assert get(client, "hub_update_site_info", validateurl="1", **told).json is True
    assert received["hub_update_site_info"]["siteinfo"] == {"name": "A school"}


def rest_course(**more: str) -> dict[str, str]:
    told = {"sitecourseid": "7", "fullname": "a", "shortname": "a", "description": "a", "language": "en"}
    told |= {"publishername": "a", "publisheremail": "", "creatornotes": "", "creatornotesformat": "1", **more}
    return {f"courses[0][{name}]": value for name, value in told.items()}


def test_assertion_089_a_query_of_forty_thousand_bytes_is_handled(client: FlaskClient, received: Received) -> None:
    notes = "é" * 7_000
    query = arguments("hub_register_courses", **rest_course(creatornotes=notes))
    assert len(query) > 40_000
    assert client.get(f"{ADDRESS}?{query}").text == "[11]"
    assert received["hub_register_courses"]["courses"][0]["creatornotes"] == notes  # type: ignore[index]


@pytest.mark.parametrize(("flag", "enrollable"), [("0", False), ("1", True)])
def test_assertion_090_the_flag_of_the_kind_is_read(
    client: FlaskClient, received: Received, flag: str, enrollable: bool
) -> None:
    assert get(client, "hub_register_courses", **rest_course(enrollable=flag)).json == [11]
    assert received["hub_register_courses"]["courses"][0]["enrollable"] is enrollable  # type: ignore[index]


def test_assertion_091_a_site_leaves_with_and_without_its_url(client: FlaskClient, received: Received) -> None:
    assert get(client, "hub_unregister_site", **{"url[0]": "http://localhost/m"}).json is True
    assert received["hub_unregister_site"]["url"] == ["http://localhost/m"]
    assert get(client, "hub_unregister_site").json is True
    assert received["hub_unregister_site"]["url"] is None


@pytest.mark.parametrize("token", ["unknown", "", "é'\"<"])
def test_assertion_092_an_unknown_token_is_told_in_the_shape_that_sites_know(client: FlaskClient, token: str) -> None:
    for answer in (get(client, "hub_get_info", token), post(client, "hub_get_info", token)):
        said = json.loads(answer.text)
        assert answer.status_code == 200
        assert list(said) == ["exception", "errorcode", "message"]
        assert (said["exception"], said["errorcode"]) == ("moodle_exception", "invalidtoken")
        assert said["message"]


def test_assertion_093_a_site_that_we_forgot_may_leave_if_it_cannot_forget_us_itself(
    client: FlaskClient, xmlrpc: Xmlrpc, received: Received
) -> None:
    assert get(client, "hub_unregister_site", "forgotten").text == "true"
    assert received.by_name == {}
    for refused in (
        get(client, "hub_unregister_site", "forgotten", **{"url[0]": "http://localhost/m"}),
        post(client, "hub_unregister_site", "forgotten"),
        get(client, "hub_get_info", "forgotten"),
    ):
        assert refused.json is not None
        assert refused.json["errorcode"] == "invalidtoken"
    assert "<int>89159464</int>" in xmlrpc(method_call("hub_unregister_site"), "forgotten")


def test_assertion_094_a_banned_site_reads_registration_exception(client: FlaskClient, callers: KnownCallers) -> None:
    callers.refuse_all = RegistrationBlocked()
    said = get(client, "hub_get_info").json
    assert said is not None
    assert said["exception"] == "registration_exception"
    assert said["errorcode"]
    assert said["message"]


@pytest.mark.parametrize("function", ["hub_nope", "", "hub_get_courses", "answer_nonsense", "hub_register_courses"])
def test_assertion_095_every_error_object_has_all_three_keys(client: FlaskClient, function: str) -> None:
    said = get(client, function).json
    assert said is not None
    assert list(said) == ["exception", "errorcode", "message"]
    assert all(said.values())


def test_assertion_097_no_hits_are_an_empty_list(client: FlaskClient) -> None:
    answer = get(client, "hub_get_courses", search="", downloadable="1", enrollable="0")
    assert answer.text == '{"courses":[],"coursetotal":0}'


def test_assertion_100_json_comes_without_mark_or_leading_text(client: FlaskClient) -> None:
    answer = get(client, "hub_get_info")
    assert answer.content_type == "application/json"
    assert answer.data.startswith(b'{"name":"Hub & <S\xc3\xb6hne>","description":"\xc3\xa9","hublogo":1')


@pytest.mark.parametrize("function", ["hub_get_info", "hub_nope", "backupsize"])
def test_assertion_101_a_form_gives_the_same_as_a_query(client: FlaskClient, function: str) -> None:
    assert post(client, function).data == get(client, function).data


def test_assertion_104_keys_of_later_releases_are_no_error(client: FlaskClient) -> None:
    told = siteinfo(policyagreed="1", activeusers="1", dbtype="mariadb", coursesnodates="0", sitetheme="boost")
    assert post(client, "hub_update_site_info", **told).json is True


def test_assertion_106_a_token_works_by_get_and_by_post(client: FlaskClient) -> None:
    assert get(client, "hub_unregister_site").json is True
    assert post(client, "hub_unregister_site").json is True


def test_assertion_107_registered_is_true_or_false_and_nothing_else(client: FlaskClient) -> None:
    assert post(client, "hub_site_is_registered", siteurl="http://a", sitesecret="Kqwds").text == "true"
    assert post(client, "hub_site_is_registered", siteurl="http://a", sitesecret="other").text == "false"


def test_assertion_108_registered_asked_with_an_unknown_token_is_the_token_error(client: FlaskClient) -> None:
    said = post(client, "hub_site_is_registered", "unknown", siteurl="http://a", sitesecret="Kqwds").json
    assert said is not None
    assert (said["exception"], said["errorcode"]) == ("moodle_exception", "invalidtoken")


@pytest.mark.parametrize("usage", ['{"mod":' + '{"a":1},' * 12_000 + "}", "no json at all", ""])
def test_assertion_109_a_hundred_kilobytes_of_usage_are_accepted_whatever_they_hold(
    client: FlaskClient, received: Received, usage: str
) -> None:
    assert post(client, "hub_update_site_info", **siteinfo(name="a", pluginusage=usage)).json is True
    told = received["hub_update_site_info"]["siteinfo"]
    assert told == {"name": "a", "pluginusage": usage}


def test_assertion_117_the_answer_to_an_update_is_json_and_never_empty(client: FlaskClient) -> None:
    answer = post(client, "hub_update_site_info", timestamp="1700000000", signature="0" * 64, **siteinfo(name="a"))
    assert (answer.status_code, answer.text) == (200, "true")


def test_assertion_120_rest_without_a_format_is_xml(client: FlaskClient) -> None:
    answer = client.get(f"{ADDRESS}?wstoken={T}&wsfunction=hub_get_courses&search=&downloadable=1&enrollable=1")
    assert answer.content_type == "application/xml; charset=utf-8"
    assert answer.text == (
        '<?xml version="1.0" encoding="UTF-8" ?>\n<RESPONSE>\n<SINGLE>\n<KEY name="courses"><MULTIPLE>\n</MULTIPLE>\n'
        '</KEY>\n<KEY name="coursetotal"><VALUE>0</VALUE>\n</KEY>\n</SINGLE>\n</RESPONSE>\n'
    )
    error = client.get(f"{ADDRESS}?wstoken=unknown&wsfunction=hub_get_info").text
    assert '<EXCEPTION class="moodle_exception">\n<ERRORCODE>invalidtoken</ERRORCODE>\n<MESSAGE>' in error


def test_assertion_121_an_unknown_argument_is_ignored(client: FlaskClient) -> None:
    assert get(client, "echo", said="a", moodlewssettinglang="fr", invented="1").json == "a"


def multicall(*calls: tuple[str, str]) -> str:
    described = "".join(
        f"<value><struct><member><name>methodName</name><value><string>{name}</string></value></member>"
        f"<member><name>params</name><value><array><data>{params}</data></array></value></member></struct></value>"
        for name, params in calls
    )
    return method_call("system.multicall", f"<array><data>{described}</data></array>")


def test_several_calls_in_one_are_each_answered_or_refused_on_their_own(xmlrpc: Xmlrpc) -> None:
    answer = xmlrpc(
        multicall(
            ("echo", "<value><string>first</string></value>"),
            ("write_note", "<value><string>break afterwards</string></value>"),
            ("write_note", "<value><string>third</string></value>"),
            ("system.multicall", ""),
            ("system.methodSignature", "<value><string>echo</string></value>"),
            ("hub_nope", ""),
        )
    )
    assert answer.startswith(
        '<?xml version="1.0" encoding="UTF-8"?>\n<methodResponse><params><param><value><array><data>'
    )
    assert "<value><array><data><value><string>first</string></value></data></array></value>" in answer
    assert "<value><array><data><value><string>third</string></value></data></array></value>" in answer
    codes = re.findall(r"<name>faultCode</name><value><int>(\d+)</int>", answer)
    assert codes[1:] == ["23604497", "620", "23604497"]


def test_more_than_ten_calls_in_one_are_refused(xmlrpc: Xmlrpc) -> None:
    call = ("echo", "<value><string>a</string></value>")
    assert "<fault>" not in xmlrpc(multicall(*[call] * 10))
    assert "ERRORCODE: invalidparameter" in xmlrpc(multicall(*[call] * 11))


@pytest.mark.parametrize(
    "argument", ["<string>a</string>", "<struct/>", "<array><data><value><int>1</int></value></data></array>"]
)
def test_a_multicall_that_lists_no_calls_is_refused(xmlrpc: Xmlrpc, argument: str) -> None:
    assert "faultCode" in xmlrpc(method_call("system.multicall", argument))
    assert "<fault>" in xmlrpc(method_call("system.multicall"))
