"""A server asked from a Python program: the same queries, and the same results, as in the program itself.

```python
from kubus.client import Client

with Client("http://localhost:4000", token="…") as client:
    client.query({"measures": ["orders.count"], "dimensions": ["orders.status"]})
    # [{'orders.status': 'completed', 'orders.count': 51203}, …]
```
"""

from kubus.client.client import AsyncClient, Client

__all__ = ["AsyncClient", "Client"]
