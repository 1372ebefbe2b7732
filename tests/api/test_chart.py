"""The component for charts in any page is served to everybody, in production too, and to pages of other origins."""

import gzip

from kubus.api.rest.cors import Cors


async def test_the_component_is_served_without_a_token(api):
    async with api() as (client, _):
        answer = await client.get("/kubus-chart.js", headers={"origin": "https://shop.example"})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "customElements.define('kubus-chart'" in answer.text
        # As docs/embedding.md says.
        assert len(gzip.compress(answer.content)) < 10.5 * 1024
        again = await client.get("/kubus-chart.js", headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert (await client.head("/kubus-chart.js")).content == b""
        assert (await client.post("/kubus-chart.js")).status_code == 404


async def test_only_the_origins_of_the_settings_load_it(api):
    async with api(cors=Cors(origins=("https://shop.example",))) as (client, _):
        for origin, allowed in (("https://shop.example", "https://shop.example"), ("https://other.example", None)):
            answer = await client.get("/kubus-chart.js", headers={"origin": origin})
            assert answer.headers.get("access-control-allow-origin") == allowed
