"""Drives real Jupyter kernels for a test: one JSON command per line of stdin, one JSON answer per line of stdout.

{"op": "start", "kernel": NAME, "cwd": FOLDER}
{"op": "restart" | "stop", "kernel": NAME}
{"op": "execute", "kernel": NAME, "code": TS, "interrupt_after": TEXT | null, "seconds": LIMIT}
  -> {"status", "text", "displays", "seconds"}; interrupts the cell once it has printed or shown the text
"""

import json
import sys
import time

from jupyter_client.manager import KernelManager

managers, clients = {}, {}


def connect(name, tries=3):
    client = managers[name].client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=40)
    except RuntimeError:  # a message can be lost while a restarted kernel binds its ports anew
        client.stop_channels()
        if tries == 1:
            raise
        return connect(name, tries - 1)
    clients[name] = client


def start(kernel, cwd):
    managers[kernel] = KernelManager(kernel_name="soarlab")
    managers[kernel].start_kernel(cwd=cwd)
    connect(kernel)
    return {"pid": managers[kernel].provisioner.pid}


def restart(kernel):
    clients[kernel].stop_channels()
    managers[kernel].restart_kernel(now=True)
    connect(kernel)
    return {"pid": managers[kernel].provisioner.pid}


def stop(kernel):
    clients.pop(kernel).stop_channels()
    managers.pop(kernel).shutdown_kernel(now=True)
    return {}


def execute(kernel, code, interrupt_after=None, seconds=120):
    client, started = clients[kernel], time.monotonic()
    request = client.execute(code)
    text, displays = "", []
    while True:
        message = client.get_iopub_msg(timeout=seconds)
        if message["parent_header"].get("msg_id") != request:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind == "stream":
            text += content["text"]
        elif kind in ("display_data", "update_display_data"):
            displays.append(content["data"])
        elif kind == "status" and content["execution_state"] == "idle":
            break
        shown = text + "".join(data.get("text/plain", "") for data in displays[-1:])
        if interrupt_after is not None and interrupt_after in shown:
            managers[kernel].interrupt_kernel()
            interrupt_after = None
    reply = client.get_shell_msg(timeout=seconds)
    while reply["parent_header"].get("msg_id") != request:
        reply = client.get_shell_msg(timeout=seconds)
    status = reply["content"]["status"]
    took = time.monotonic() - started
    if status == "error":
        time.sleep(0.3)  # tslab drops the cells that come within 200 ms of an error, as if they were run along with it
    return {"status": status, "text": text, "displays": displays, "seconds": took}


operations = {"start": start, "restart": restart, "stop": stop, "execute": execute}
try:
    for line in sys.stdin:
        command = json.loads(line)
        try:
            answer = operations[command.pop("op")](**command)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)
finally:
    for name in list(managers):
        stop(name)
