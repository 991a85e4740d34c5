"""The words for what was found: for each cause a plain sentence, and the cure where there is something to mend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _

from hub.doctor.findings import Finding, Report, Step, Verdict
from hub.outgoing.errors import NO_ANSWER


@dataclass(frozen=True)
class Words:
    """What is said about one cause; ``%(name)s`` stands for a value of the finding."""

    sentence: str
    cure: str = ""


STEPS: Mapping[Step, str] = {
    Step.URL: _("The address"),
    Step.NAME: _("The name in the DNS"),
    Step.PROXY: _("The hub's proxy"),
    Step.IPV4: _("Connection over IPv4"),
    Step.IPV6: _("Connection over IPv6"),
    Step.TLS: _("Certificate"),
    Step.REDIRECTS: _("Redirects"),
    Step.HEAD: _("Short question (HEAD)"),
    Step.GET: _("Front page (GET)"),
    Step.MOODLE: _("Is it a Moodle?"),
    Step.REGISTRATION: _("Registration page"),
    Step.CLOCK: _("Clock"),
    Step.ANSWER: _("Answer"),
    Step.LISTED: _("Registered here"),
}
VERDICTS: Mapping[Verdict, str] = {
    Verdict.GOOD: _("Good"),
    Verdict.WARNING: _("Look at this"),
    Verdict.BAD: _("Must be mended"),
    Verdict.NOT_ASKED: _("Not asked"),
}
VALUES: Mapping[str, str] = {
    "url": _("Address"),
    "host": _("Name"),
    "ipv4": _("IPv4 addresses"),
    "ipv6": _("IPv6 addresses"),
    "address": _("Connected to"),
    "port": _("Port"),
    "seconds": _("Seconds"),
    "version": _("Protocol"),
    "names": _("Issued for"),
    "issuer": _("Issued by"),
    "from": _("Valid from"),
    "until": _("Valid until"),
    "days": _("Days left"),
    "sent": _("Certificates sent"),
    "chain": _("Way"),
    "status": _("Status"),
    "server": _("Server"),
    "release": _("Release"),
    "known": _("Knows itself as"),
    "told": _("The site's clock said"),
    "difference": _("Difference"),
    "name": _("Site"),
}

_FULL_CHAIN = _(
    "Let the web server send the whole chain: the certificate followed by the intermediate ones that came with "
    "it (often "
    "a file called fullchain.pem). Browsers often hide this mistake, because they remember intermediate certificates."
)
_ALLOW_HUB = _(
    "Allow the hub in the firewall, the web server or the protection service before your site: by its User-Agent "
    "“%(agent)s”, or by the internet address from which it asks."
)
_WHY_PRIVATE_CA = _(
    "If your network has an authority of its own, ask the hub's administrator to add its certificate to the file of "
    "HUB_CA_BUNDLE. Otherwise install a certificate of a public authority; Let's Encrypt gives them for nothing."
)
_CALL_IT_THAT = _("If that is where your site lives, use that address in $CFG->wwwroot and register with it.")

CAUSES: Mapping[str, Words] = {
    # the address
    "url": Words(_("The hub reads this as %(url)s.")),
    "url-noscheme": Words(
        _("The address did not say http:// or https://; the hub tried %(url)s."),
        _("Write the address with https:// in front, exactly as in $CFG->wwwroot of your config.php."),
    ),
    "url-misspelled": Words(
        _("The beginning of the address is misspelled; the hub tried %(url)s."),
        _("Write it as in $CFG->wwwroot of your config.php: https://, then the name."),
    ),
    "url-page": Words(
        _("This is the address of a page; the site itself is at %(url)s."),
        _("Register with the address of the site, as in $CFG->wwwroot, without index.php or anything else behind it."),
    ),
    "url-empty": Words(
        _("No address was given."), _("Type the address of your site, such as https://moodle.example.org.")
    ),
    "url-space": Words(
        _("There is a space inside the address."), _("Remove it. If it belongs to a folder's name, rename the folder.")
    ),
    "url-scheme": Words(
        _("The address begins with %(scheme)s://, which is not how web sites are reached."),
        _("Write https:// or http:// instead."),
    ),
    "url-password": Words(
        _("The address contains a user name or a password."),
        _("Remove everything up to the @. Whoever saw the address knows the password now: change it."),
    ),
    "url-unreadable": Words(_("The address cannot be read."), "%(detail)s"),
    "url-port": Words(
        _(
            "Behind port %(port)s there is no web server: it belongs to another service, and browsers do not "
            "open it either."
        ),
        _("Let the site answer on port 443, and leave the number out of its address."),
    ),
    "url-localhost": Words(
        _("localhost is the name by which every computer calls itself: from here it does not lead to your site."),
        _(
            "Give the site a name in the public DNS and put it into $CFG->wwwroot. A site on your own computer, for "
            "trying things out, cannot register with a hub on the internet."
        ),
    ),
    "url-localname": Words(
        _("A name such as %(host)s is known inside its own network only: from here it leads nowhere."),
        _("Give the site a name in the public DNS, such as moodle.example.org, and put it into $CFG->wwwroot."),
    ),
    # the name
    "name": Words(_("The DNS knows the name.")),
    "name-literal": Words(_("The address holds no name but a number, so nobody had to be asked.")),
    "noanswer": Words(NO_ANSWER),
    "name-unknown": Words(
        _("The DNS has no address for this name."),
        _(
            "Check its spelling. A new name takes up to a day to be known everywhere: ask whoever keeps your "
            "DNS for an A record."
        ),
    ),
    "address-refused": Words(
        _("The name leads to an address inside a private network, where the hub does not go."),
        _(
            "Let the public DNS name a public address. If this hub is meant for private sites, list their network in "
            "HUB_ALLOW_PRIVATE_SITES."
        ),
    ),
    "name-slow": Words(
        _("The DNS did not answer in time."), _("Try again. If it stays so, the name servers of your domain need care.")
    ),
    # connections
    "proxy": Words(_("The hub goes out through a proxy, and the proxy made the connection.")),
    "proxy-refused": Words(
        _("The hub goes out through a proxy, and that did not connect: its answer was %(status)s."),
        _(
            "502, 503 and 504 mean that your site did not answer the proxy: check that your web server runs "
            "and that no "
            "firewall keeps the hub out. 403 and 407 are for the hub's administrator: the proxy does not let "
            "the hub through."
        ),
    ),
    "proxy-away": Words(
        _("The proxy through which the hub goes out does not answer; your site was not asked."),
        _("This is no fault of yours. Tell the hub's administrator to look at HUB_OUTGOING_PROXY."),
    ),
    "behind-proxy": Words(_("The proxy made no connection.")),
    "connected": Words(_("There is a connection.")),
    "no-ipv4": Words(_("The name has no IPv4 address.")),
    "no-ipv6": Words(_("The name has no IPv6 address. That is fine.")),
    "hub-without-ipv6": Words(_("The hub itself cannot go out over IPv6, so it cannot tell.")),
    "ipv6-dead": Words(
        _("The DNS names an IPv6 address, but nothing answers there. Who has IPv6 waits, or sees nothing at all."),
        _(
            "Let the web server listen on IPv6 as well and open the firewall for it, or remove the AAAA record "
            "from the DNS."
        ),
    ),
    "ipv4-dead": Words(
        _("The DNS names an IPv4 address, but nothing answers there. Most visitors use IPv4."),
        _("Let the web server listen on this address, open the firewall for it, or correct the A record in the DNS."),
    ),
    "refused": Words(
        _("The computer is there, but it refuses the connection: no web server listens on port %(port)s."),
        _("Start the web server, and check that it listens on the outer address, not on 127.0.0.1 only."),
    ),
    "portclosed": Words(
        _("The computer is there, but port %(port)s of the address is closed."),
        _("Open the port in the firewall for everybody, or let the site answer on port 443 and leave the number out."),
    ),
    "firewalled": Words(
        _("Nobody answered in time: no refusal, no word. Mostly a firewall throws the packets away."),
        _(
            "Open port %(port)s to the internet in the firewall or router, and check that the DNS names "
            "today's address."
        ),
    ),
    "noroute": Words(
        _("The network says that there is no way to this address."),
        _("Check that the computer is switched on, and that the DNS names today's address."),
    ),
    "unconnected": Words(
        _("No connection could be made."), _("Check that the DNS names an address of your web server.")
    ),
    # TLS
    "tls": Words(_("The site proves who it is; its certificate is good for %(days)s more days.")),
    "tls-plain": Words(
        _(
            "The address begins with http://, so nothing is encrypted; passwords can be read on their way. "
            "Better: https://."
        )
    ),
    "tls-ending": Words(
        _("The certificate is good, but it ends in %(days)s days, on %(until)s."),
        _("Renew it now, and find out why it did not renew itself."),
    ),
    "tls-expired": Words(
        _("The certificate has expired. Browsers warn, and the hub does not connect."),
        _("Renew the certificate, reload the web server, and let it renew itself from now on (certbot does)."),
    ),
    "tls-notyet": Words(
        _("The certificate is not valid yet."), _("Check the clock of the computer that issued it, or issue it anew.")
    ),
    "tls-selfsigned": Words(
        _(
            "The certificate is self-signed: the site vouches for itself, and nobody else does. It cannot "
            "register like this."
        ),
        _WHY_PRIVATE_CA,
    ),
    "tls-unknownca": Words(
        _("The certificate was issued by an authority that the hub does not know. The site cannot register like this."),
        _WHY_PRIVATE_CA,
    ),
    "tls-incomplete": Words(
        _(
            "The certificate's chain is incomplete: the server sends its own certificate, but not the one of "
            "its issuer."
        ),
        _FULL_CHAIN,
    ),
    "tls-noissuer": Words(
        _("The certificate's chain does not lead to an authority that the hub knows."),
        _FULL_CHAIN,
    ),
    "tls-wrongname": Words(
        _("The certificate is for another name than the one in the address."),
        _("Issue a certificate for exactly this name, or use in $CFG->wwwroot a name that the certificate has."),
    ),
    "tls-weak": Words(
        _("The certificate's key or signature is too weak to prove anything today."),
        _("Issue it anew with a key of at least 2048 bits (RSA) or 256 bits (EC), signed with SHA-256."),
    ),
    "tls-untrusted": Words(
        _("The certificate is not valid for a web server."), _("Issue a new one from a public authority.")
    ),
    "tls-old": Words(
        _("The server knows only versions of TLS that are broken: the hub needs TLS 1.2 or later."),
        _("Switch on TLS 1.2 and 1.3 in the web server; a system that has neither needs an update."),
    ),
    "tls-none": Words(
        _("Behind this port somebody speaks, but not TLS: plain http, or something else."),
        _(
            "Switch on https for this port in the web server (in Apache “SSLEngine on”), or begin the address "
            "with http://."
        ),
    ),
    "tls-closed": Words(
        _("The server hung up while the secure connection was being made."),
        _("See the web server's error log: often no certificate is configured for this name."),
    ),
    "tls-refused": Words(
        _("The server refused to make a secure connection."),
        _(
            "See the web server's error log: often it has no certificate for this name, or its list of ciphers "
            "is too narrow."
        ),
    ),
    "tls-silent": Words(
        _("The server took the connection, but said nothing when the secure connection was to be made."),
        _("Check that the web server is not overloaded, and that no firewall looks into the connection and stops it."),
    ),
    # redirects
    "direct": Words(_("The address answers by itself.")),
    "redirects-unknown": Words(_("There was no answer that could have redirected.")),
    "within": Words(_("The front page leads on to %(to)s, inside the same site. That is usual.")),
    "to-https": Words(
        _("The site sends its visitors from http to https."),
        _("Register with the address that begins with https://: let $CFG->wwwroot begin with it as well."),
    ),
    "to-http": Words(
        _("The site sends its visitors from https back to http, where passwords can be read on their way."),
        _("Let $CFG->wwwroot begin with https://; behind a proxy that speaks https also set $CFG->sslproxy = true."),
    ),
    "to-www": Words(_("The site sends its visitors on to %(to)s: the same name, with or without www."), _CALL_IT_THAT),
    "to-host": Words(
        _("The site sends its visitors on to another server: %(to)s. If it is your sign-in server, all is well."),
        _CALL_IT_THAT,
    ),
    "chain": Words(
        _("The site redirects more often than the hub follows. A registration takes that for a site that is there."),
        _("Sign-in servers do that. Otherwise let the address lead to the site at once."),
    ),
    "loop": Words(
        _("The site redirects in a circle. Nobody can see it."),
        _(
            "Mostly $CFG->wwwroot and the web server disagree about http and https, or about www. Behind a proxy that "
            "speaks https set $CFG->sslproxy = true."
        ),
    ),
    "astray": Words(
        _("The site sends its visitors on to %(to)s, and there the hub gets no answer. %(why)s"),
        _("Let $CFG->wwwroot and the web server's redirects lead to a place that the whole internet can reach."),
    ),
    "astray-url": Words(_("The site redirects to a place where the hub does not follow."), "%(detail)s"),
    # answers
    "head": Words(_("Answered.")),
    "head-also": Words(_("It went as with the front page.")),
    "head-refused": Words(
        _("The server refuses short questions with status %(status)s. That is fine: the hub asks with GET then.")
    ),
    "head-hangs": Words(
        _("The server takes short questions (HEAD) and does not answer them; each check of the hub loses time there."),
        _("Let the web server, or the protection service before it, answer HEAD as it answers GET."),
    ),
    "head-failed": Words(
        _("The server does not understand short questions (HEAD). The hub asks with GET then."),
        _("Let the web server, or the protection service before it, answer HEAD as it answers GET."),
    ),
    "get": Words(_("The front page came in %(seconds)s seconds.")),
    "get-astray": Words(_("It did not come to that.")),
    "slow": Words(
        _("The front page took %(seconds)s seconds. A registration waits 15 seconds, an update 6."),
        _("Look at the load of the server, at its database, and whether caches are switched on in Moodle."),
    ),
    "slowest": Words(
        _("There was no complete answer in the time that the hub takes for it."),
        _("Look at the load of the server and at its database; open the site in a browser and count the seconds."),
    ),
    "silent": Words(
        _("The server takes the connection and then says nothing."),
        _("Mostly PHP or its database hangs: see the error log, and restart PHP (php-fpm) and the web server."),
    ),
    "drip": Words(
        _("The answer comes so slowly that the hub gave up before it was complete."),
        _(
            "Look at the load of the server, at its line, and at services between it and the internet that "
            "hold answers back."
        ),
    ),
    "hungup": Words(
        _("The server takes the connection, hears the question, and hangs up without a word."),
        _("See the web server's error log: PHP may crash. Some firewalls do this to programs that they do not know."),
    ),
    "nothttp": Words(
        _("What answers there does not speak HTTP: it is no web server."),
        _("Check the port in the address, and what listens on it."),
    ),
    "cutoff": Words(
        _("The front page broke off in the middle."),
        _("See the web server's error log: PHP may run out of memory or time, or a proxy cuts long answers off."),
    ),
    "endless-head": Words(
        _("The answer's headers are larger than the hub takes (64 KiB), or never end."),
        _("See what sets so many or such long headers: often cookies or Content-Security-Policy of a plugin."),
    ),
    "huge": Words(
        _("The front page is larger than the hub reads, so it was not looked at. A registration does not need it."),
        _("A front page of more than half a megabyte keeps visitors waiting as well: see what makes it so large."),
    ),
    "signin": Words(
        _("The web server asks for a user name and a password before Moodle is reached. A registration accepts that."),
        _("Later calls between hub and site may fail: leave out the password at least for %(agent)s."),
    ),
    "forbidden": Words(
        _("The site answers with 403, forbidden. A registration accepts that, but checks and updates may fail."),
        _ALLOW_HUB,
    ),
    "agent-refused": Words(
        _(
            "The site answers browsers, but forbids programs that it does not know (status %(status)s): a "
            "firewall keeps the hub out."
        ),
        _ALLOW_HUB,
    ),
    "notfound": Words(
        _("The web server answers, but there is nothing at this address (status %(status)s)."),
        _(
            "Check the folder in the address: it must be the one where visitors see the front page, as in "
            "$CFG->wwwroot."
        ),
    ),
    "toomanyrequests": Words(
        _("The site says that it was asked too often (status 429)."),
        _("Wait some minutes. If it stays so: allow the hub as “%(agent)s”."),
    ),
    "servererror": Words(
        _("The web server answers, but the site breaks (status %(status)s)."),
        _("See the web server's and PHP's error log. Moodle says more when $CFG->debug is on."),
    ),
    "unavailable": Words(
        _("The site says that it is not available now (status 503): maintenance mode, or an overloaded server."),
        _("End the maintenance mode (php admin/cli/maintenance.php --disable), or look at the load of the server."),
    ),
    "badstatus": Words(
        _("The site answers with status %(status)s, which says that something is wrong with the question."),
        _(
            "Open the address in a browser that has never been there, and see the web server's log for the "
            "hub's question."
        ),
    ),
    "odd-status": Words(
        _("The site answers with status %(status)s and does not say where to go."),
        _("See which rule of the web server makes this redirect without a target."),
    ),
    "failed": Words(_("The request failed."), _("Try again, and tell the hub's administrator if it stays so.")),
    "urlrefused": Words(_("The hub does not follow this address."), _("Check its spelling.")),
    # Moodle
    "moodle": Words(_("It is a Moodle. Its release cannot be seen from outside, which is fine.")),
    "moodle-release": Words(_("It is a Moodle, of release %(release)s as it seems.")),
    "no-page": Words(_("There was no page to look at.")),
    "errorpage": Words(
        _("The page says that all is well (status 200), but it shows an error."),
        _("Open the address in a browser that has never been there. The web server's and PHP's error log say more."),
    ),
    "maintenance": Words(
        _("The page says that the site is under maintenance."), _("Try again when the maintenance is over.")
    ),
    "placeholder": Words(
        _("The web server shows its own welcome page, or a list of files: no Moodle answers under this name."),
        _("Let the web server's configuration for this name lead to the folder of your Moodle."),
    ),
    "notmoodle": Words(
        _("There is a web site, but no Moodle: neither its front page nor its sign-in page looks like one."),
        _("Check the folder in the address: the one where visitors see the front page, as in $CFG->wwwroot."),
    ),
    "unsure": Words(
        _("The hub sees no sign that this is a Moodle. A registration does not ask for one."),
        _("If visitors meet a sign-in server first, that is as expected. Otherwise check the address."),
    ),
    "no-moodle": Words(_("Asked only where the hub sees a Moodle.")),
    "asks-signin": Words(_("It is there, and asks for a sign-in, as it should.")),
    "registration-unclear": Words(_("Its answer says nothing for or against.")),
    "registration-notfound": Words(
        _("The page /admin/registration/index.php is not there, through which your site registers."),
        _("Check that the address ends where Moodle begins, and that the web server does not hide the folder /admin."),
    ),
    "registration-forbidden": Words(
        _("The web server forbids /admin/registration/index.php to the hub."),
        _("That is fine if only outsiders are kept out: your own browser must be able to open the page."),
    ),
    "wwwroot-differs": Words(
        _("Asked under %(url)s, the site calls itself %(known)s."),
        _("Register with the address by which the site calls itself, or correct $CFG->wwwroot in its config.php."),
    ),
    # clock
    "clock": Words(_("The site's clock is right.")),
    "no-date": Words(_("The answer told no date.")),
    "clock-ahead": Words(
        _("The site's clock is ahead by %(difference)s."),
        _("Let the server set its clock by itself (NTP): signed updates carry its time."),
    ),
    "clock-behind": Words(
        _("The site's clock is behind by %(difference)s."),
        _("Let the server set its clock by itself (NTP): signed updates carry its time."),
    ),
    "clock-refused": Words(
        _("The site's clock is wrong by %(difference)s: the hub will not believe its signed updates."),
        _("Set the server's clock, and let it set itself from now on (NTP)."),
    ),
    # places that not everybody can see, and the hub's own list
    "answered": Words(_("The hub gets an answer. What it sees of a private network is shown to its moderators only.")),
    "probed": Words(_("When the site wanted to register, the hub saw this: %(sentence)s")),
    "listed": Words(_("It is registered here as “%(name)s”.")),
    "unlisted": Words(_("No site that lets itself be named is registered here under this address.")),
}


def sentence(finding: Finding, agent: str = "") -> str:
    """What was found, in a plain sentence."""
    return _filled(CAUSES[finding.cause].sentence, finding, agent)


def cure(finding: Finding, agent: str = "") -> str:
    """What to do about it; empty when there is nothing to mend. The cause behind the cause brings its own."""
    cures = (_filled(CAUSES[cause].cure, finding, agent) for cause in (finding.cause, finding.why) if cause)
    return " ".join(each for each in cures if each)


def _filled(words: str, finding: Finding, agent: str) -> str:
    why = CAUSES[finding.why].sentence if finding.why else ""
    values = _Forgiving({"agent": agent, **finding.values})
    return str(words) % _Forgiving({**values, "why": str(why) % values})


class _Forgiving(dict[str, str]):
    """Values of which one may be missing: what a server showed decides which there are."""

    def __missing__(self, name: str) -> str:
        return "?"


def facts(finding: Finding) -> list[tuple[str, str]]:
    """The values behind the sentence, each with its label; none where the sentence says it all."""
    if finding.step is Step.URL or finding.verdict is Verdict.NOT_ASKED:
        return []
    return [(str(VALUES[name]), text) for name, text in finding.values.items() if name in VALUES and text]


def headline(report: Report) -> str:
    """The whole examination in one line."""
    return str(_HEADLINES[report.verdict])


_HEADLINES = {
    Verdict.GOOD: _("The hub reaches this site. All is well."),
    Verdict.WARNING: _("The hub reaches this site, but something wants a look."),
    Verdict.BAD: _("The hub does not reach this site as it should."),
    Verdict.NOT_ASKED: _("Nothing was asked."),
}
