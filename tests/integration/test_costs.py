"""What must not grow: a login with the number of people online, a message with the logins under way."""

import asyncio
import time

from harness import people

ELSEWHERE = "w9-elsewhere"


def put_online(database, first, last):
    """Users that another worker holds, as its presence would tell."""
    now = int(time.time() * 1000)
    database.zadd("presence:workers", {ELSEWHERE: now + 3_600_000})
    with database.pipeline() as pipeline:
        for number in range(first, last):
            user = f"crowd{number}"
            pipeline.hset(f"user_id:{user}", mapping={"username": user, "is_active": 1})
            pipeline.hset(f"presence:user:{user}", f"{ELSEWHERE}/{number}", f"v1 {now}")
            pipeline.sadd(f"presence:worker:{ELSEWHERE}", f"{user}/{number}")
            pipeline.zadd("presence:online", {user: now})
            pipeline.sadd("user", user)
        pipeline.execute()


async def cost_of_a_login(server, user):
    """(bytes that Redis answered, frames that the client got) of one login by session."""
    database = server.database()

    def answered():
        return database.info("stats")["total_net_output_bytes"]

    async def login():
        before = answered()
        client = await people.device(server, of=user)
        cost = answered() - before
        await client.ask(213)
        frames = len(client.inbox.frames)
        await client.close()
        return cost, frames

    costs = [await login() for _ in range(20)]
    return min(cost for cost, _ in costs), max(frames for _, frames in costs)


async def test_login_costs_the_same_with_ten_thousand_online(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1)
    user = await people.user(server, "comes")
    put_online(server.database(), 0, 100)
    few = await cost_of_a_login(server, user)
    put_online(server.database(), 100, 10_000)
    many = await cost_of_a_login(server, user)
    assert (await user.ask(213))["mess"] == 10_001
    print(f"bytes and frames of a login: 100 online {few}, 10,000 online {many}")
    assert many[0] < 1.1 * few[0]
    assert many[1] <= few[1] + 1


async def test_login_storm_does_not_hold_up_messages(own_house):
    """Passwords are hashed beside the loop: messages pass between any two logins."""
    server = own_house.chatd(redis=own_house.redis(), workers=1,
                             options=["--hash-threads", "1", "--hash-queue", "1000",
                                      "--login-timeout", "2m"])
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    guests = [await people.guest(server) for _ in range(40)]
    answered = []

    async def enter(guest):
        await guest.send(204, username=people.new_name("storm"), password=people.PASSWORD)
        answered.append((await guest.expect(205, patience=60))["type"])

    storm = [asyncio.create_task(enter(guest)) for guest in guests]
    while not answered:
        await asyncio.sleep(0.001)
    begun, exchanged = len(answered), 0
    while len(answered) < len(guests) // 2:
        sent = await ann.whisper(f"{exchanged}", ben.user_id)
        await ben.expect(102, id=sent["id"])
        exchanged += 1
    logins = len(answered) - begun
    await asyncio.gather(*storm)
    print(f"{exchanged} messages went there while {logins} logins did")
    assert exchanged > logins
    assert answered == [205] * len(guests)


async def test_search_costs_the_same_with_a_hundred_thousand_users(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1)
    database, ann = server.database(), await people.user(server, "ann")
    database.zadd("user_names", {f"needle {number}\0{ann.user_id}": 0 for number in range(60)})

    async def microseconds():
        """What Redis takes for one search at best, all that it does meanwhile included."""
        taken = []
        for _ in range(20):
            database.config_resetstat()
            found = (await ann.ask(219, mess={"prefix": "Needle"}))["users"]
            assert len(found) == 50
            taken.append(database.info("commandstats")["cmdstat_evalsha"]["usec"])
        return min(taken)

    await ann.ask(219, mess={"prefix": "Needle"})  # Redis knows the script from here on
    few = await microseconds()
    for some in range(10):
        database.zadd("user_names", {f"user {some} {number}\0x": 0 for number in range(10_000)})
    many = await microseconds()
    print(f"microseconds of Redis for a search: few users {few}, 100,000 more {many}")
    assert many < 3 * few
