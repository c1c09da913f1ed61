"""A plan as the text of ``mosquitto.conf``, for Mosquitto 2.0 and 2.1.

The numbers are explained in the text itself, where the person meets them who wonders at three in the morning.
"""

from __future__ import annotations

from broker_config.access import bridge_name, bridge_status
from broker_config.plan import Bridge, Dialect, Plan
from devices.contract import DEVICE_READS, DEVICE_WRITES, MAX_PAYLOAD, ROOT

#: Whole packets: the largest payload of the contract and room for its topic and properties.
MAX_PACKET = MAX_PAYLOAD + 1024


def conf_text(plan: Plan) -> str:
    """The file, ending in a newline. Sections: who may come in, what is kept, limits, log, listeners, bridge."""
    parts = [
        _head(plan),
        _access(plan),
        _persistence(plan),
        _limits(plan),
        _log(),
        *_listeners(plan),
    ]
    if plan.bridge:
        parts.append(_bridge(plan, plan.bridge))
    return "\n\n".join(parts) + "\n"


def _head(plan: Plan) -> str:
    lines = [
        f"# Broker of Pustaka Mandiri: {plan.role}, for Mosquitto {plan.dialect}.",
        "# Made by 'pustaka broker config'; change it there and run it again with --force.",
    ]
    if plan.run_as:
        lines += ["# Started as root, mosquitto would become the user 'mosquitto', who cannot read this folder."]
        lines += [f"user {plan.run_as}"]
    return "\n".join(lines)


def _access(plan: Plan) -> str:
    if plan.dialect is Dialect.V20:
        return "\n".join(
            [
                "# Nobody without a name and a password, nothing that the list does not allow.",
                "allow_anonymous false",
                f"password_file {plan.passwords}",
                f"acl_file {plan.acl}",
            ]
        )
    return "\n".join(
        [
            "# Nobody without a name and a password, nothing that the list does not allow.",
            "# (password_file and acl_file as such are deprecated in 2.1 and gone in 3.0.)",
            f"global_plugin {plan.plugins / 'mosquitto_password_file.so'}",
            f"plugin_opt_password_file {plan.passwords}",
            f"global_plugin {plan.plugins / 'mosquitto_acl_file.so'}",
            f"plugin_opt_acl_file {plan.acl}",
        ]
    )


def _persistence(plan: Plan) -> str:
    return "\n".join(
        [
            "# Retained messages and queues outlive a restart. Mosquitto saves every 1800 s by itself, which a power",
            "# cut turns into half an hour lost. The true store is each device's ledger all the same.",
            "persistence true",
            f"persistence_location {plan.data}/",
            f"autosave_interval {plan.autosave_s}",
            f"autosave_on_changes {_bool(plan.autosave_on_changes)}",
            "# A device may be away for a long holiday and still find its orders.",
            "persistent_client_expiration 60d",
        ]
    )


def _limits(plan: Plan) -> str:
    lines = [
        "# Queued messages of an absent client beyond these are dropped silently; the default of 1000 is an hour of a",
        "# busy branch. Never 0 ('no limit'): several releases read it as 'none at all'.",
        "max_queued_messages 200000",
        "max_queued_bytes 268435456",
        "# 20, the default, holds a collector that catches up to a few hundred messages a second.",
        "max_inflight_messages 1000",
        "# 200 ledger rows fit; whoever sends more is disconnected.",
        f"max_packet_size {MAX_PACKET}",
        "set_tcp_nodelay true",
        "sys_interval 30",
    ]
    if plan.dialect is Dialect.V21:
        lines += [
            "# As in 2.0: 2.1 would deliver twice where two subscriptions overlap.",
            "allow_duplicate_messages false",
        ]
    return "\n".join(lines)


def _log() -> str:
    return "\n".join(
        [
            "# To standard error, that is the journal: no file to rotate, so no SIGHUP that throws clients out.",
            "log_dest stderr",
            "log_type error",
            "log_type warning",
            "log_type notice",
            "log_timestamp_format %Y-%m-%dT%H:%M:%S",
        ]
    )


def _listeners(plan: Plan) -> list[str]:
    blocks = []
    for listener in plan.listeners:
        lines = [f"listener {listener.port} {listener.address}".rstrip()]
        if plan.dialect is Dialect.V21:
            lines.append("listener_allow_anonymous false")
        if listener.tls:
            lines += [
                f"certfile {listener.tls.certificate}",
                f"keyfile {listener.tls.key}",
                "tls_version tlsv1.2",
            ]
        blocks.append("\n".join(lines))
    return blocks


def _bridge(plan: Plan, bridge: Bridge) -> str:
    """Store and forward to headquarters.

    Each topic goes one way and no filter covers another: a filter in both directions, or ``#`` outwards beside ``ack``
    inwards, sends retained messages back to where they came from (mosquitto issue 3002). Outwards, devices are named:
    ``+/status`` would cover the bridge's own ``bridge/status``, and the "0" this broker noted while the line was down
    would be sent after the "1" of the new connection and stay at headquarters for ever (seen with 2.0.11).
    """
    site = plan.site
    lines = [
        "# What this branch says goes up; what headquarters orders or acknowledges comes down.",
        "# Messages wait here while the line is down, also over a restart.",
        f"connection {site}",
        f"address {bridge.host}:{bridge.port}",
        f"remote_username {bridge_name(site)}",
        f"remote_password {bridge.password}",
        f"remote_clientid pustaka-bridge-{site}",
        "# Version 5 bridges of 2.0 stall behind their own window (issues 2301 and 3002).",
        "bridge_protocol_version mqttv311",
        "cleansession false",
        "local_cleansession false",
        "try_private true",
        "notifications true",
        f"notification_topic {bridge_status(site)}",
        "restart_timeout 5 60",
        "keepalive_interval 30",
    ]
    if bridge.tls:
        lines += [
            f"bridge_cafile {bridge.ca}" if bridge.ca else "bridge_capath /etc/ssl/certs",
            "bridge_insecure false",
        ]
    lines += [f"topic {ROOT}/{site}/{device}/{leaf} out 1" for device in plan.devices for leaf in DEVICE_WRITES]
    lines += [f"topic {ROOT}/{site}/+/{leaf} in 1" for leaf in DEVICE_READS]
    return "\n".join(lines)


def _bool(value: bool) -> str:
    return "true" if value else "false"
