"""Home Assistant's own ingress view, alone: run by Home Assistant's Python, with its port and the Supervisor's."""

import asyncio
import sys

from aiohttp import ClientSession, web
from homeassistant.components.hassio.ingress import HassIOIngress


async def main(port: int, supervisor: str) -> None:
    async with ClientSession() as session:
        view = HassIOIngress(supervisor, session)

        async def handle(request: web.Request) -> web.StreamResponse:
            return await view.get(request, **request.match_info)

        app = web.Application(client_max_size=16 * 2**20)
        app.router.add_route("*", view.url, handle)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await asyncio.Event().wait()


asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
