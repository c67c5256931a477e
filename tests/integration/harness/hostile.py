"""Forty files that want to be run, to escape, or to exhaust: (what it is, its name, its content)."""

import io
import struct
import zipfile
import zlib

from .files import chunk, png

SCRIPT = b"<script>parent.stolen = document.cookie</script>"
PAGE = b"<!doctype html><html><body>" + SCRIPT + b"</body></html>"
SVG = (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">'
       b"<script>alert(1)</script></svg>")
GIF = b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"


def archive(*members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, data in members:
            zipped.writestr(name, data)
    return content.getvalue()


def huge_picture(side):
    """A few bytes that claim to be a picture of side × side pixels."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
            + chunk(b"IDAT", zlib.compress(b"\0" * 1_000_000)) + chunk(b"IEND", b""))


PLAIN = png(3, 3, b"hostile")
FILES = [
    # what runs in a browser, under honest and other names
    ("page", "page.html", PAGE),
    ("page as picture", "page.png", PAGE),
    ("page without a name", "", PAGE),
    ("page with a picture's beginning", "a.gif", b"GIF89a/*" + PAGE),
    ("page behind a picture's signature", "a.png", b"\x89PNG\r\n\x1a\n" + PAGE),
    ("page behind a JPEG's signature", "a.jpg", b"\xff\xd8\xff\xe0" + PAGE),
    ("page in WebP's clothes", "a.webp", b"RIFF\xff\0\0\0WEBP" + PAGE),
    ("page with a byte order mark", "a.txt", b"\xef\xbb\xbf" + PAGE),
    ("page in UTF-16", "a.txt", b"\xff\xfe" + PAGE.decode().encode("utf-16-le")),
    ("page in UTF-7", "a.txt", b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-"),
    ("XHTML", "a.xhtml", b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">'
     + SCRIPT + b"</html>"),
    ("SVG", "a.svg", SVG),
    ("SVG as picture", "a.png", SVG),
    ("SVG without a declaration", "a.jpg", SVG.partition(b"?>")[2]),
    ("compressed SVG", "a.svgz", zlib.compress(SVG, wbits=31)),
    ("XSLT", "a.xml", b'<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="#"?><x/>'),
    ("script", "a.js", b"alert(document.cookie)"),
    ("module", "a.mjs", b"export default 1; alert(1)"),
    ("script that begins like a GIF", "a.gif", b"GIF89a=1;alert(document.cookie)//"),
    ("style sheet", "a.css", b"* { background: url(https://evil.test/) }"),
    ("web assembly", "a.wasm", b"\0asm\1\0\0\0"),
    ("manifest", "a.webmanifest", b'{"start_url": "https://evil.test/"}'),
    ("MHTML", "a.mht", b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n" + PAGE),
    ("PDF with script", "a.pdf", b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>"),
    ("picture with a page in a comment", "a.png",
     png(3, 3, b"a", chunk(b"tEXt", b"Comment\0" + PAGE))),
    ("picture with a page behind it", "a.png", png(3, 3, b"b") + PAGE),
    ("GIF with a page behind it", "a.gif", GIF + PAGE),
    ("picture with an archive behind it", "a.png", png(3, 3, b"c") + archive(("x.html", PAGE))),
    # names
    ("double extension", "cat.png.html", png(3, 3, b"d")),
    ("program's name", "cat.png.exe", png(3, 3, b"e")),
    ("traversal", "../../../../etc/cron.d/evil", PLAIN),
    ("traversal of another system", "..\\..\\windows\\evil.exe", PLAIN),
    ("hidden", ".htaccess", b"AddHandler php .png\n"),
    ("right to left", "cat\u202egnp.exe", png(3, 3, b"f")),
    ("header in the name", 'a"; filename="evil.html\r\nSet-Cookie: x=y\r\n\r\n<script>', PLAIN),
    ("255 bytes", "a" * 251 + ".png", png(3, 3, b"g")),
    # what exhausts
    ("zip bomb", "bomb.zip", archive(("zeros", b"\0" * 10_000_000))),
    ("picture of ten thousand million pixels", "a.png", huge_picture(100_000)),
    ("broken picture", "a.png", PLAIN[:40]),
    ("program", "a.png", b"\x7fELF\2\1\1" + b"\0" * 60),
]
