"""Pictures: what they tell of their makers is gone before others see them, and they still look right."""

import base64
import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import files, pictures, processes
from harness.files import code_of, new_visitor
from harness.server import SANITIZED
from harness.waiting import until


@pytest.fixture(scope="module")
def server(house, certificate):
    return house.chatd(redis=house.redis(), certificate=certificate, workers=1, options=[
        "--max-image-pixels", "1000000"])


@pytest.fixture(scope="module")
def ann(server):
    return new_visitor(server, "ann")


TOLD = {"jpeg": (pictures.jpeg(), 32, 16), "png": (pictures.told_png(), 3, 2),
        "gif": (pictures.MOVING_GIF, 1, 1), "webp": (pictures.told_webp(), 32, 16)}


@pytest.mark.parametrize("content, width, height", TOLD.values(), ids=TOLD.keys())
def test_metadata_are_gone(server, ann, content, width, height):
    assert b"secret" in content
    info = ann.upload(content, "photo")
    assert (info["kind"], info["width"], info["height"]) == ("image", width, height)
    _, data = ann.fetch(info["path"])
    assert b"secret" not in data and b"48.8584N" not in data
    assert len(data) == info["size"] < len(content)
    kept = [os.path.join(folder, name) for folder, _, names in os.walk(server.upload) for name in names]
    for path in kept:
        with open(path, "rb") as file:
            assert b"secret" not in file.read(), f"{path} still tells"


HIDDEN = {"heic": (pictures.heic(), [pictures.HEVC]),
          "heic, all in its head": (pictures.heic(in_idat=True), [pictures.HEVC]),
          "avif": (pictures.heic(b"avif", b"av01"), [pictures.HEVC]),
          "tiff": (pictures.tiff(), [pictures.PIXELS[:32], pictures.PIXELS[32:], b"profile" * 9]),
          "tiff, high byte first": (pictures.tiff(">"), [pictures.PIXELS[:32], b"profile" * 9]),
          "big tiff": (pictures.tiff(wide=True), [pictures.PIXELS[:32], b"profile" * 9])}


@pytest.mark.parametrize("content, shown", HIDDEN.values(), ids=HIDDEN.keys())
def test_metadata_of_what_browsers_do_not_show_are_gone(server, ann, content, shown):
    told = [b"secret", b"48.8584N", b"2026:11:21", b"<x:xmpmeta>"]
    assert any(word in content for word in told)
    info = ann.upload(content, "photo.heic")
    assert info["kind"] == "file" and "width" not in info and "preview" not in info
    response, data = ann.fetch(info["path"])
    assert response.getheader("Content-Disposition").startswith("attachment")
    assert len(data) == len(content) == info["size"], "everything that stays is where it was"
    assert not [word for word in told if word in data] and all(part in data for part in shown)
    on_disk = os.path.join(server.upload, ".files", info["id"][:2], info["id"])
    with open(on_disk, "rb") as file:
        assert file.read() == data
    again = ann.upload(data)
    assert ann.fetch(again["path"])[1] == data


def test_pages_of_a_tiff_stay(ann):
    for order in "<>":
        _, data = ann.fetch(ann.upload(pictures.tiff(order))["path"])
        (first, pixels), (second, mirrored) = pictures.pages_of_tiff(data)
        assert (pixels, mirrored) == (pictures.PIXELS, pictures.PIXELS[::-1])
        shown = {256, 257, 258, 259, 262, 273, 277, 278, 279}
        assert set(first) == shown | {274, 34675} and set(second) == shown
        assert (first[256], first[274]) == (8, 6)


JPEG_XL = b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(100)
UNCLEAN = [pictures.heic()[:200], pictures.tiff(photometric=32803), pictures.tiff(_50706=257), pictures.tiff()[:60],
           JPEG_XL]


@pytest.mark.parametrize("content", UNCLEAN, ids=["half a heic", "raw", "another raw", "half a tiff", "jpeg xl"])
def test_what_would_keep_its_metadata_is_refused(server, ann, content):
    response, data = ann.tus("POST", "/files/", content, upload_length=len(content))
    assert (response.status, code_of(data)) == (415, "unsupported_file")
    assert os.listdir(os.path.join(server.upload, ".open")) == []


def test_unless_the_operator_has_it(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1, options=["--unclean-pictures", "on"])
    ann = new_visitor(server, "ann")
    for content in UNCLEAN:
        info = ann.upload(content)
        assert info["kind"] == "file" and ann.fetch(info["path"])[1] == content
    _, data = ann.fetch(ann.upload(pictures.heic())["path"])
    assert b"secret" not in data, "what can be removed is"


@pytest.mark.parametrize("orientation, size", [(1, (32, 16)), (2, (32, 16)), (3, (32, 16)), (4, (32, 16)),
                                               (5, (16, 32)), (6, (16, 32)), (7, (16, 32)), (8, (16, 32))])
def test_orientation_is_applied(ann, orientation, size):
    info = ann.upload(pictures.jpeg(orientation))
    assert (info["width"], info["height"]) == size
    _, data = ann.fetch(info["path"])
    assert pictures.size_of_jpeg(data) == size
    assert b"Exif" not in data


def test_colour_profiles_stay(ann):
    for orientation in (1, 6):
        _, data = ann.fetch(ann.upload(pictures.jpeg(orientation, b"profile" * 20))["path"])
        assert b"ICC_PROFILE\0\1\1" + b"profile" * 20 in data


@pytest.mark.parametrize("content", [pictures.MOVING_GIF, pictures.MOVING_WEBP, pictures.told_webp()],
                         ids=["gif", "webp", "webp with metadata"])
def test_what_moves_still_moves(ann, content):
    info = ann.upload(content)
    assert info["animated"] is True
    _, data = ann.fetch(info["path"])
    frames = data.count(b"ANMF") if data[8:12] == b"WEBP" else data.count(pictures.FRAME)
    assert frames == (3 if data[8:12] == b"WEBP" else 2)


def test_a_large_one_has_a_preview(ann):
    info = ann.upload(files.png(1000, 500, b"large"))
    response, data = ann.fetch(info["preview"])
    assert response.status == 200 and response.getheader("Content-Type") == "image/webp"
    assert data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    tiny = base64.b64decode(info["placeholder"])
    assert tiny[8:12] == b"WEBP" and len(tiny) < 400
    small = ann.upload(files.png(600, 500, b"small"))
    assert "preview" not in small and small["placeholder"]
    assert ann.fetch(small["path"] + "/preview")[0].status == 404


@pytest.mark.parametrize("content", [
    files.png(1001, 1000, b"many pixels"), files.png(3, 3)[:50], pictures.JPEG[:200],
    pictures.MOVING_GIF[:30], pictures.MOVING_WEBP[:40],
], ids=["too many pixels", "half a png", "half a jpeg", "half a gif", "half a webp"])
def test_what_cannot_be_read_is_refused(server, ann, content):
    response, data = ann.tus("POST", "/files/", content, upload_length=len(content))
    assert (response.status, code_of(data)) == (415, "bad_picture")
    assert os.listdir(os.path.join(server.upload, ".open")) == []


def test_equal_pictures_are_made_once(ann):
    first = ann.upload(pictures.jpeg(6, b"once"))
    second = ann.upload(pictures.jpeg(6, b"once"))
    assert first["id"] != second["id"]
    for name in ("hash", "size", "width", "height", "placeholder"):
        assert first[name] == second[name]
    assert ann.fetch(first["path"])[1] == ann.fetch(second["path"])[1]


def test_bounds_on_memory(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1, options=["--picture-memory", "64M"])
    ann = new_visitor(server, "ann")
    if SANITIZED:
        pytest.skip("sanitizers need all memory")
    content = files.png(6000, 6000, b"much memory")
    response, data = ann.tus("POST", "/files/", content, upload_length=len(content))
    assert (response.status, code_of(data)) == (415, "bad_picture")
    assert ann.upload(files.png(6, 6))["width"] == 6, "the next one is made"


def helper_of(server):
    """Who cleans pictures: begun by the worker, or in another's place by the master."""
    helper, = [pid for parent in (server.master, *server.workers()) for pid in processes.children(parent)
               if processes.name(pid) == "chatd-pictures"]
    return helper


def test_a_helper_that_dies_is_replaced(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1)
    ann = new_visitor(server, "ann")
    for time in range(3):
        helper = helper_of(server)
        os.kill(helper, signal.SIGKILL)
        until(lambda: processes.ended(helper), "it is gone")
        assert ann.upload(files.png(6, 6, b"%d" % time))["width"] == 6
    assert server.log().count("has nobody who cleans pictures") == 3
    last = helper_of(server)
    server.stop()
    until(lambda: processes.ended(last), "the last one goes with its worker")


def test_a_helper_that_dies_with_a_picture_in_hand(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1)
    ann = new_visitor(server, "ann")
    helper = helper_of(server)
    os.kill(helper, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        uploading = pool.submit(ann.upload, files.png(7, 7))
        until(lambda: any(names for _, _, names in os.walk(os.path.join(server.upload, ".files"))), "it is given to it")
        os.kill(helper, signal.SIGKILL)
        assert uploading.result(60)["width"] == 7, "tried once more"


def test_the_helper_ends_with_its_worker(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1)
    helper = helper_of(server)
    server.stop()
    until(lambda: processes.ended(helper), "the helper is gone")
