"""A training job that writes to the registry every 10 ms until its stdin closes, then prints how it went as JSON.

It inserts a row each time, and in a transaction of its own sets the status of the row before.
"""

import json
import sqlite3
import sys
import threading
import time

path = sys.argv[1]
stop = threading.Event()


def wait_for_end():
    sys.stdin.read()
    stop.set()


threading.Thread(target=wait_for_end, daemon=True).start()
connection = sqlite3.connect(path)
waits = []
errors = []
print("ready", flush=True)
while not stop.is_set():
    start = time.perf_counter()
    try:
        with connection:
            connection.execute(
                "INSERT INTO training_runs (run_id, run_name, status) VALUES (?, ?, 'running')",
                (f"trainer-{len(waits) + len(errors):06d}", "live"),
            )
        with connection:
            connection.execute(
                "UPDATE training_runs SET status = 'not_running' WHERE run_id = ?",
                (f"trainer-{len(waits) + len(errors) - 1:06d}",),
            )
        waits.append(1000 * (time.perf_counter() - start))
    except sqlite3.Error as error:
        errors.append(repr(error))
    time.sleep(0.01)
waits.sort()
print(
    json.dumps(
        {
            "writes": len(waits),
            "errors": errors,
            "max_ms": round(waits[-1], 2) if waits else 0,
            "p99_ms": round(waits[int(0.99 * (len(waits) - 1))], 2) if waits else 0,
        }
    )
)
