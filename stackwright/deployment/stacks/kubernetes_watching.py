"""What is measured in a cluster, what rings, and who is told, for the Prometheus operator."""

from typing import Any

from stackwright.deployment.config import Deployment
from stackwright.deployment.options.watching import Alarm, Measure
from stackwright.deployment.stacks.kubernetes_cluster import Cluster
from stackwright.deployment.stacks.kubernetes_patch import WAY_IN, change, delete, head, merge, put

Json = dict[str, Any]
SUMMARIES = {
    Measure.CPU_PERCENT: "The back end uses more than {above:g} % of its processors.",
    Measure.MEMORY_PERCENT: "An instance of the back end uses more than {above:g} % of its memory.",
    Measure.ERRORS_PERCENT: "More than {above:g} % of the requests fail.",
    Measure.P99_MS: "One request of a hundred takes longer than {above:g} ms.",
    Measure.DATABASE_STORAGE_PERCENT: "The disk of the database is filled to more than {above:g} %.",
    Measure.RESTARTS: "An instance was started again more than {above:g} times within an hour.",
}  # database_connections_percent needs an exporter that the templates do not bring


def is_watched(deployment: Deployment, cluster: Cluster) -> bool:
    """Whether Prometheus collects its metrics."""
    return cluster.prometheus and deployment.watching.metrics


def patches(deployment: Deployment, cluster: Cluster, namespace: str) -> list[Json]:
    """The alarms in the place of the template's, and the way for Prometheus."""
    if not is_watched(deployment, cluster):
        return []
    inside = cluster.keeps_database(production=deployment.is_production)
    rules = [
        _rule(alarm, namespace)
        for alarm in deployment.watching.alarms
        if alarm.measure in SUMMARIES
        and (inside or alarm.measure is not Measure.DATABASE_STORAGE_PERCENT)
    ]
    groups = [{"name": deployment.name, "rules": rules}]
    return [
        change("NetworkPolicy", "metrics-in", put(WAY_IN, cluster.prometheus_namespace)),
        merge("PrometheusRule", "alarms", {"groups": groups})
        if rules
        else delete("PrometheusRule", "alarms"),
    ]


def receivers(deployment: Deployment, cluster: Cluster) -> list[Json]:
    """Who is told when an alarm rings."""
    watching = deployment.watching
    if not is_watched(deployment, cluster) or not (watching.mails or watching.webhook):
        return []
    receiver: Json = {"name": deployment.name}
    if watching.mails:
        receiver["emailConfigs"] = [{"to": mail, "sendResolved": True} for mail in watching.mails]
    if watching.webhook:
        place = {"name": watching.webhook.store, "key": watching.webhook.key or "url"}
        receiver["webhookConfigs"] = [{"urlSecret": place, "sendResolved": True}]
    route = {"receiver": deployment.name, "groupBy": ["alertname"], "repeatInterval": "4h"}
    spec = {"route": route, "receivers": [receiver]}
    return [{**head("AlertmanagerConfig", "told"), "spec": spec}]


def _rule(alarm: Alarm, namespace: str) -> Json:
    return {
        "alert": alarm.measure.value.upper(),
        "expr": f"{_measured(alarm.measure, namespace)} > {alarm.above:g}",
        "for": f"{alarm.minutes}m",
        "labels": {"severity": "warning"},
        "annotations": {"summary": SUMMARIES[alarm.measure].format(above=alarm.above)},
    }


def _measured(measure: Measure, namespace: str) -> str:
    where = f'namespace="{namespace}"'
    pods = f'{where},container="backend"'
    match measure:
        case Measure.CPU_PERCENT:
            used = f"sum(rate(container_cpu_usage_seconds_total{{{pods}}}[5m]))"
            limit = f'sum(kube_pod_container_resource_limits{{{pods},resource="cpu"}})'
            return f"100 * {used} / {limit}"
        case Measure.MEMORY_PERCENT:
            used = f"max(container_memory_working_set_bytes{{{pods}}})"
            limit = f'max(kube_pod_container_resource_limits{{{pods},resource="memory"}})'
            return f"100 * {used} / {limit}"
        case Measure.ERRORS_PERCENT:
            failed = f'sum(rate(http_requests_total{{{where},status=~"5.."}}[5m]))'
            return f"100 * {failed} / sum(rate(http_requests_total{{{where}}}[5m]))"
        case Measure.P99_MS:
            buckets = f"sum by (le) (rate(http_request_duration_seconds_bucket{{{where}}}[5m]))"
            return f"1000 * histogram_quantile(0.99, {buckets})"
        case Measure.DATABASE_STORAGE_PERCENT:
            disk = f'{where},persistentvolumeclaim="data-database-0"'
            used, room = "kubelet_volume_stats_used_bytes", "kubelet_volume_stats_capacity_bytes"
            return f"100 * max({used}{{{disk}}}) / max({room}{{{disk}}})"
        case _:
            restarts = f"kube_pod_container_status_restarts_total{{{where}}}"
            return f"max(increase({restarts}[1h]))"
