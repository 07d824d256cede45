"""Hosts by what anybody can do there: shorten a link, publish a page without a domain, write privately.

Lists of facts, kept short on purpose: what is missing here is still a link that nobody vouches for. An operator adds
sites by the lists `marketplace.links.block` and `.allow`.
"""

from typing import Final

_SHORTENERS_TEXT: Final = """
    bit.ly bitly.com bitly.ws clck.ru cutt.ly cutt.us goo.gl goo.su is.gd v.gd t.co tinyurl.com tiny.cc tiny.one
    rebrand.ly ow.ly shorturl.at shorturl.asia short.io s.id t.ly t2m.io rb.gy u.to vk.cc qps.ru lnkd.in buff.ly
    surl.li surl.lu soo.gd urlz.fr l.instagram.com adf.ly bl.ink trib.al dub.sh dub.co gg.gg n9.cl kutt.it shrtco.de
    qrco.de qr.codes me-qr.com qr.io linktr.ee taplink.cc taplink.ws heylink.me bio.link beacons.ai onelink.me
    app.link page.link smarturl.it snip.ly ssur.cc inx.lv 2u.pw x.gd ln.run yclc.ru 0s.kz oxi.kz
    """
SHORTENERS: Final = frozenset(_SHORTENERS_TEXT.split())
_MESSENGERS_TEXT: Final = """
    t.me telegram.me telegram.dog telegram.org wa.me whatsapp.com viber.com vb.me m.me messenger.com signal.me
    signal.group line.me discord.gg discord.com icq.im icq.com skype.com join.skype.com wechat.com ig.me vk.me max.ru
    """
MESSENGERS: Final = frozenset(_MESSENGERS_TEXT.split())
_FREE_HOSTS_TEXT: Final = """
    pages.dev workers.dev web.app firebaseapp.com netlify.app vercel.app github.io gitlab.io herokuapp.com
    onrender.com glitch.me surge.sh fly.dev replit.app repl.co render.com railway.app deno.dev r2.dev
    weebly.com weeblysite.com wixsite.com wix.com webflow.io wordpress.com blogspot.com 000webhostapp.com
    square.site godaddysites.com webnode.page webnode.com jimdosite.com jimdofree.com mystrikingly.com strikingly.com
    tilda.ws tilda.cc ucoz.ru ucoz.net ucoz.com narod.ru my1.ru at.ua do.am clan.su moy.su nethouse.ru
    ukit.me mya5.ru mozello.ru mozellosite.com lpmotor.ru flexbe.ru carrd.co notion.site teachable.com
    gitbook.io framer.app framer.website framer.ai typedream.app softr.app bubbleapps.io zapier.app
    forms.gle forms.office.com forms.yandex.ru forms.yandex.kz form.jotform.com jotform.com typeform.com
    docs.google.com sites.google.com drive.google.com script.google.com forms.app paperform.co tally.so
    telegra.ph graph.org teletype.in duckdns.org ddns.net hopto.org zapto.org sytes.net servehttp.com
    no-ip.org ngrok.io ngrok.app ngrok-free.app trycloudflare.com loca.lt serveo.net softether.net
    azurewebsites.net web.core.windows.net blob.core.windows.net azurestaticapps.net amplifyapp.com
    s3.amazonaws.com cloudfront.net digitaloceanspaces.com ondigitalocean.app appspot.com run.app b-cdn.net
    storage.googleapis.com firebasestorage.googleapis.com translate.goog ipfs.io ipfs.dweb.link dweb.link fleek.co
    backblazeb2.com cprapid.com plesk.page mywebcommunity.org infinityfreeapp.com rf.gd epizy.com great-site.net
    byethost.com freehostia.com atwebpages.com awardspace.info altervista.org myshopify.com zohosites.com
    """
FREE_HOSTS: Final = frozenset(_FREE_HOSTS_TEXT.split())
_CHEAP_SUFFIXES_TEXT: Final = """
    xyz top icu click link site online website space store shop live life fun club vip cyou cfd sbs buzz monster
    quest bond rest lol mom skin hair beauty makeup autos boats homes casa pw cc tk ml ga cf gq ws work works world
    today digital cloud host press info biz pro support help center delivery express cash money finance loan
    """
CHEAP_SUFFIXES: Final = frozenset(_CHEAP_SUFFIXES_TEXT.split())
_WORDS_TEXT: Final = (
    # Russian and Kazakh in Latin letters, English: what pages of courier delivery and refunds call themselves
    "dostav deliver otprav posylk posilk kurier kuryer courier jetkiz zhetkiz shipping shipment parcel tracking"
    " pochta poshta oplat oplata payment pays paying payout pay2 poluch poluchi receive recieve tolem tolew"
    " perevod vyplat viplat transfer aqsha aksha refund vozvrat return vozmesh kompens compens"
    " zakaz order tapsyris tapsiris sdelka deal bezopas safe secure garant escrow kauipsiz qauipsiz"
    " verif confirm podtver rastau login signin cabinet kabinet account akkaunt"
    " checkout invoice billing merchant cardpay wallet bonus prize priz tegin syilyk"
    " доставк курьер жеткіз жеткиз посылк оплат платеж төлем толем получ возврат заказ тапсырыс безопасн сделк"
)
_WORDS: Final = _WORDS_TEXT.split()
LONG_WORDS: Final = tuple(word for word in _WORDS if len(word) > 4)
SHORT_WORDS: Final = frozenset({*(word for word in _WORDS if len(word) <= 4), "pay", "pei"})


def is_under(host: str, sites: frozenset[str]) -> bool:
    """Tell whether a host is one of the sites or stands below one."""
    labels = host.split(".")
    return any(".".join(labels[start:]) in sites for start in range(len(labels) - 1))
