"""Pictures with metadata, that are turned, or that move."""

import base64
import struct

from .files import chunk, png

# 32 × 16, the left half red, the right half blue.
JPEG = base64.b64decode("""
/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDg
sLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU
FBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wAARCAAQACADAREAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAw
QFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkK
FhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmq
KjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEB
AQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRob
HBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOE
hYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+P
n6/9oADAMBAAIRAxEAPwD50r8MP9UwoA8Cr/cY/wAdAoA99r/Dk/2LCgDwKv8AcY/x0CgD/9k=
""")

# The same in three frames.
MOVING_WEBP = base64.b64decode("""
UklGRtYAAABXRUJQVlA4WAoAAAACAAAAHwAADwAAQU5JTQYAAAD/////AABBTk1GMgAAAAAAAAAAAB8AAA8AAGQAAA
JWUDhMGQAAAC8fwAMADxDzv//zHw4EAkn+0gMsENH/KF4AQU5NRjQAAAAAAAAAAAAfAAAPAABkAAAAVlA4TBwAAAAv
H8ADAA8wKEd5fdT1/EcLBAJJ/tIDLBDR/yheQU5NRjQAAAAAAAAAAAAfAAAPAABkAAAAVlA4TBwAAAAvH8ADAA8weH
/A+2H8/McSBAJJ/tIDLBDR/yhe
""")

FRAME = b"!\xf9\4\0\x0a\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0"
MOVING_GIF = (b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff!\xff\x0bNETSCAPE2.0\3\1\0\0\0"
              b"!\xfe\x06secret\0" + FRAME + FRAME + b";" + b"secret behind its end")

SECRET = b"48.8584N 2.2945E secret"


def exif(orientation):
    """What a camera says of a picture: how it is turned, and where it was taken."""
    entries = [struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0),
               struct.pack(">HHII", 0x010E, 2, len(SECRET), 8 + 2 + 24 + 4)]
    return (b"MM\0\x2a" + struct.pack(">IH", 8, len(entries)) + b"".join(entries)
            + struct.pack(">I", 0) + SECRET)


def segment(marker, data):
    """A segment of a JPEG file."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def jpeg(orientation=1, profile=b""):
    """A photo with all that phones put into it."""
    parts = segment(0xE1, b"Exif\0\0" + exif(orientation)) + segment(0xFE, b"secret comment")
    parts += segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>secret</x:xmpmeta>")
    if profile:
        parts += segment(0xE2, b"ICC_PROFILE\0\1\1" + profile)
    return JPEG[:2] + parts + JPEG[2:] + b"secret behind its end"


def told_png(width=3, height=2):
    return png(width, height, b"told", chunk(b"tEXt", b"Comment\0secret") + chunk(b"eXIf", exif(1))
               + chunk(b"tIME", b"\x07\xea\1\1\0\0\0"))


def told_webp():
    """The moving one with metadata."""
    def piece(name, data):
        return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)

    body = MOVING_WEBP[12:]
    assert body.startswith(b"VP8X")
    body = body[:8] + bytes([body[8] | 0x0C]) + body[9:]
    body += piece(b"EXIF", exif(1)) + piece(b"XMP ", b"<x>secret</x>")
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def size_of_jpeg(data):
    """(width, height) as the frame's head says."""
    at = 2
    while data[at + 1] not in (0xC0, 0xC1, 0xC2):
        at += 2 + int.from_bytes(data[at + 2:at + 4], "big")
    height, width = struct.unpack(">HH", data[at + 5:at + 9])
    return width, height


def box(name, *parts):
    """A box of the ISO base media file format."""
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + name + body


def full_box(name, version, *parts):
    return box(name, struct.pack(">I", version << 24), *parts)


HEVC = b"a picture as HEVC has it" * 20
XMP = b"<x:xmpmeta>secret</x:xmpmeta>"


def heic(brand=b"heic", code=b"hvc1", pixels=HEVC, in_idat=False):
    """A picture as phones make it: beside the coded one there are Exif, XMP, a title, times, a maker's
    box, and bytes that belong to nothing."""
    items = [(code, pixels), (b"Exif", b"\0\0\0\0" + exif(6)), (b"mime", XMP)]
    gap = b"secret"

    def meta(first):
        infos, places, at = [], [], first
        for number, (kind, content) in enumerate(items, 1):
            tail = b"secret name\0" + (b"application/rdf+xml\0" if kind == b"mime" else b"")
            infos.append(full_box(b"infe", 2, struct.pack(">HH", number, 0), kind, tail))
            places.append(struct.pack(">HHHHII", number, 1 if in_idat else 0, 0, 1, at, len(content)))
            at += len(content) + len(gap)
        size = full_box(b"ispe", 0, struct.pack(">II", 64, 48))
        told = full_box(b"udes", 0, b"en\0secret title\0\0\0")
        parts = [full_box(b"hdlr", 0, struct.pack(">I4s12x", 0, b"pict"), b"\0"),
                 full_box(b"pitm", 0, struct.pack(">H", 1)),
                 full_box(b"iinf", 0, struct.pack(">H", len(items)), *infos),
                 full_box(b"iref", 0, box(b"cdsc", struct.pack(">HHH", 2, 1, 1))),
                 box(b"iprp", box(b"ipco", size, told),
                     full_box(b"ipma", 0, struct.pack(">IHBBB", 1, 1, 2, 1, 2))),
                 full_box(b"iloc", 1, b"\x44\0", struct.pack(">H", len(items)), *places),
                 box(b"xml ", b"<secret/>")]
        if in_idat:
            parts.append(box(b"idat", *[content + gap for _, content in items]))
        return full_box(b"meta", 0, *parts)

    head = box(b"ftyp", brand, b"\0\0\0\0", b"mif1", brand)
    maker = box(b"uuid", bytes(16), b"secret")
    begin = len(head) + len(maker) + len(meta(0)) + 8
    data = b"" if in_idat else box(b"mdat", *[content + gap for _, content in items])
    return head + maker + meta(0 if in_idat else begin) + data + b"secret"


def tiff(order="<", photometric=1, wide=False, **more):
    """Two pages of grey, the first with all that cameras and programs say: text, times, a place, XMP,
    a maker's note. `more`: tags of the first page, by their number with an underline before."""
    count, offset = ("Q", "Q") if wide else ("H", "I")
    long_type = 16 if wide else 4
    content = bytearray((b"II" if order == "<" else b"MM")
                        + (struct.pack(order + "HHHQ", 43, 8, 0, 0) if wide else struct.pack(order + "HI", 42, 0)))

    def append(data):
        content.extend(b"\0" * (len(content) % 2))
        content.extend(data)
        return len(content) - len(data)

    def directory(tags):
        """Its place; `tags`: number, type, values or bytes."""
        entries = []
        for tag, kind, values in sorted(tags):
            form = {1: "B", 2: "B", 3: "H", 4: "I", 7: "B", 16: "Q"}[kind]
            data = values if isinstance(values, bytes) else struct.pack(f"{order}{len(values)}{form}", *values)
            number = len(data) // struct.calcsize(form)
            room = struct.calcsize(offset)
            value = data.ljust(room, b"\0") if len(data) <= room else struct.pack(order + offset, append(data))
            entries.append(struct.pack(f"{order}HH{offset}", tag, kind, number) + value)
        return append(struct.pack(order + count, len(entries)) + b"".join(entries) + struct.pack(order + offset, 0))

    def page(pixels, *tags):
        first, second = append(pixels[:32]), append(pixels[32:])
        return directory([
            (256, 3, [8]), (257, 3, [8]), (258, 3, [8]), (259, 3, [1]), (262, 3, [photometric]),
            (273, long_type, [first, second]), (277, 3, [1]), (278, 3, [4]), (279, long_type, [32, 32]), *tags])

    place = directory([(1, 2, b"N\0"), (2, 2, SECRET)])
    camera = directory([(36867, 2, b"secret 2026:11:21\0"), (37500, 7, b"secret note")])
    pages = [page(PIXELS, (270, 2, SECRET), (274, 3, [6]), (700, 1, XMP), (34675, 7, b"profile" * 9),
                  (34853, long_type, [place]), (34665, long_type, [camera]),
                  *[(int(name[1:]), 3, [number]) for name, number in more.items()]),
             page(PIXELS[::-1], (285, 2, b"secret page\0"))]
    append(b"secret, of no use")
    chained = bytes(content)
    room = struct.calcsize(offset)
    head = 16 if wide else 8
    chained = chained[:head - room] + struct.pack(order + offset, pages[0]) + chained[head:]
    first_count, = struct.unpack_from(order + count, chained, pages[0])
    end = pages[0] + struct.calcsize(count) + first_count * (20 if wide else 12)
    return chained[:end] + struct.pack(order + offset, pages[1]) + chained[end + room:]


PIXELS = bytes(range(100, 164))


def pages_of_tiff(data):
    """[({tag: its value or place}, bytes of the picture)] of a classic TIFF in either order."""
    order = "<" if data[:2] == b"II" else ">"
    pages, at = [], struct.unpack_from(order + "I", data, 4)[0]
    while at:
        count, = struct.unpack_from(order + "H", data, at)
        tags = {}
        for entry in range(count):
            tag, kind, number = struct.unpack_from(order + "HHI", data, at + 2 + 12 * entry)
            form = "H" if kind == 3 and number == 1 else "I"
            tags[tag], = struct.unpack_from(order + form, data, at + 10 + 12 * entry)
        strips = [struct.unpack_from(order + "2I", data, tags[tag]) for tag in (273, 279)]
        pages.append((tags, b"".join(data[begin:begin + size] for begin, size in zip(*strips))))
        at, = struct.unpack_from(order + "I", data, at + 2 + 12 * count)
    return pages
