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
