"""An overlay of `deployment_templates/kubernetes` that says all choices of a deployment."""

import math
from collections.abc import Iterable
from typing import Any

from stackwright.deployment.config import Deployment
from stackwright.deployment.options.capacity import Rollout, Size
from stackwright.deployment.options.database import Engine
from stackwright.deployment.stacks import kubernetes_entry, kubernetes_settings, kubernetes_watching
from stackwright.deployment.stacks.kubernetes_cluster import Cluster
from stackwright.deployment.stacks.kubernetes_limits import limits
from stackwright.deployment.stacks.kubernetes_patch import change, merge, put, text

__all__ = ["limits", "namespace", "overlay"]

Json = dict[str, Any]
PRE_STOP_S = 5  # the template's preStop hook: endpoints are taken away meanwhile
PROBE_S = 2  # the period of the template's startup probe
BACKEND = {
    Size.SMALL: ("250m", "1", "512Mi"),
    Size.MEDIUM: ("500m", "2", "1Gi"),
    Size.LARGE: ("1", "2", "2Gi"),
    Size.XLARGE: ("2", "4", "4Gi"),
}  # processor: asked for, at most; memory: both, so that no pod lives on what is not there
DATABASE = {
    Size.SMALL: ("250m", "2", "1Gi"),
    Size.MEDIUM: ("500m", "2", "2Gi"),
    Size.LARGE: ("1", "4", "4Gi"),
    Size.XLARGE: ("2", "8", "8Gi"),
}
CACHE = {
    Size.SMALL: ("50m", "500m", "256Mi", "192mb"),
    Size.MEDIUM: ("100m", "1", "1Gi", "768mb"),
    Size.LARGE: ("250m", "1", "2Gi", "1536mb"),
    Size.XLARGE: ("500m", "2", "4Gi", "3gb"),
}  # the last: what the cache fills of its memory
IMAGES = {
    Engine.POSTGRESQL: ("postgres", "18"),
    Engine.MYSQL: ("mysql", "8.4"),
    Engine.MONGODB: ("mongo", "8.0"),
}
CACHE_IMAGE = ("valkey/valkey", "9.0")
DISK = "spec/volumeClaimTemplates/0/spec"
PORTS = {Engine.POSTGRESQL: 5432, Engine.MYSQL: 3306, Engine.MONGODB: 27017}
RESERVED_CONNECTIONS = 10  # for migrations, backups and people


def overlay(
    deployment: Deployment,
    image: str,
    *,
    pages: str = "",
    cluster: Cluster | None = None,
    release: int = 0,
) -> dict[str, str]:
    """The files of the overlay by their paths in its folder, which lies two below the template's.

    Args:
        deployment: The choices.
        image: The image of the back end, with a tag or a digest.
        pages: The image of the front end; empty: there is none, and the back end answers everything.
        cluster: How the cluster is set up.
        release: The number that the pods are told; 0: none.
    """
    cluster, place = cluster or Cluster(), namespace(deployment)
    inside = cluster.keeps_database(production=deployment.is_production)
    patches = [
        *_backend(deployment, cluster, release),
        *_frontend(deployment, pages),
        *_scaling(deployment),
        *(_database(deployment, cluster) if inside else _outside(deployment, cluster)),
        *_cache(deployment),
        *_backup(deployment, cluster),
        *kubernetes_entry.patches(deployment, cluster, has_pages=bool(pages)),
        *kubernetes_watching.patches(deployment, cluster, place),
    ]
    resources = {
        "openings.yaml": kubernetes_entry.openings(deployment),
        "aliases.yaml": kubernetes_entry.aliases(deployment, cluster),
        "secrets.yaml": kubernetes_settings.external_secrets(deployment, cluster, place),
        "told.yaml": kubernetes_watching.receivers(deployment, cluster),
    }
    resources = {name: objects for name, objects in resources.items() if objects}
    settings = kubernetes_settings.variables(deployment, cluster)
    kustomization: Json = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": place,
        "resources": ["../../base", *resources],
        "components": [
            f"../../components/{name}"
            for name in _components(deployment, cluster, inside=inside, has_pages=bool(pages))
        ],
        "labels": _labels(deployment),
        "images": _images(deployment, image, pages),
        "configMapGenerator": [
            {
                "name": "backend-settings",
                "files": [f"settings/{name}" for name in settings],
                "options": {"immutable": True},
            }
        ],
        "patches": patches,
    }
    return {
        "kustomization.yaml": text([kustomization]),
        **{name: text(objects) for name, objects in resources.items()},
        **{f"settings/{name}": value for name, value in settings.items()},
    }


def namespace(deployment: Deployment) -> str:
    """The namespace that a deployment has for itself."""
    return f"{deployment.name}-{deployment.setting.environment.value}"


def _components(
    deployment: Deployment, cluster: Cluster, *, inside: bool, has_pages: bool
) -> Iterable[str]:
    if has_pages:
        yield "frontend"
    yield cluster.entry.value
    if deployment.cache.enabled:
        yield "cache"
    if deployment.recovery.backups:
        yield "backup"
    yield deployment.database.engine.value if inside else "external-database"
    if kubernetes_watching.is_watched(deployment, cluster):
        yield "monitoring"


def _labels(deployment: Deployment) -> list[Json]:
    own = {
        "app.kubernetes.io/managed-by": "stackwright",
        "app.kubernetes.io/part-of": deployment.name,
        "environment": deployment.setting.environment.value,
    }
    # A label ends with a letter or digit. Not on the templates of disks, which never change.
    tags = {key.strip("_-"): value.strip("_-") for key, value in deployment.review.tags.items()}
    places = {
        "Deployment": "spec/template",
        "StatefulSet": "spec/template",
        "Job": "spec/template",
        "CronJob": "spec/jobTemplate/spec/template",
    }
    fields = [
        {"kind": kind, "path": f"{path}/metadata/labels", "create": True}
        for kind, path in places.items()
    ]
    found: list[Json] = [{"pairs": own, "includeTemplates": True}]
    return [*found, {"pairs": tags, "fields": fields}] if tags else found


def _images(deployment: Deployment, image: str, pages: str) -> list[Json]:
    database, engine = deployment.database, deployment.database.engine
    name, newest = IMAGES[engine]
    found = [
        _image("backend", image),
        {"name": "database", "newName": name, "newTag": database.version or newest},
    ]
    if pages:
        found.append(_image("frontend", pages))
    if deployment.cache.enabled:
        found.append({"name": "cache", "newName": CACHE_IMAGE[0], "newTag": CACHE_IMAGE[1]})
    return found


def _image(name: str, reference: str) -> Json:
    place, _, digest = reference.partition("@")
    before, slash, last = place.rpartition("/")
    word, _, tag = last.partition(":")  # a colon before the last slash belongs to a port
    new = f"{before}{slash}{word}"
    if digest:
        return {"name": name, "newName": new, "digest": digest}
    return {"name": name, "newName": new, "newTag": tag or "latest"}


def _backend(deployment: Deployment, cluster: Cluster, release: int) -> list[Json]:
    scaling, recovery = deployment.scaling, deployment.recovery
    asked, most, memory = BACKEND[scaling.size]
    probe = {"httpGet": {"path": scaling.health_path, "port": "http"}}
    secrets = kubernetes_settings.secret_variables(deployment, cluster)
    own = [{"name": "RELEASE", "value": str(release)}] if release else []
    container: Json = {
        "name": "backend",
        "env": [*own, *secrets],
        "startupProbe": {
            **probe,
            "failureThreshold": math.ceil(scaling.health_budget_s / PROBE_S),
        },
        "livenessProbe": {**probe, "periodSeconds": deployment.watching.health_every_s},
        "readinessProbe": probe,
        "resources": _resources(asked, most, memory),
    }
    spec: Json = {
        "terminationGracePeriodSeconds": scaling.drain_s + PRE_STOP_S,
        "containers": [container],
    }
    if scaling.zones > 1:
        spec["topologySpreadConstraints"] = [_zones(deployment)]
    job: Json = {"containers": [{"name": "migrate", "env": secrets}]}
    note = {"log-days": str(deployment.watching.log_days)}
    return [
        merge(
            "Deployment",
            "backend",
            {
                "revisionHistoryLimit": recovery.releases,
                "progressDeadlineSeconds": scaling.health_budget_s,
                "strategy": _strategy(scaling.rollout),
                "template": {"metadata": {"annotations": note}, "spec": spec},
            },
        ),
        *([merge("Job", "migrate", {"template": {"spec": job}})] if secrets else []),
    ]


def _frontend(deployment: Deployment, pages: str) -> list[Json]:
    if not pages:
        return []
    scaling = deployment.scaling
    spec = {
        "replicas": min(2, scaling.minimum),
        "revisionHistoryLimit": deployment.recovery.releases,
        "progressDeadlineSeconds": scaling.health_budget_s,
        "strategy": _strategy(scaling.rollout),
        "template": {"spec": {"terminationGracePeriodSeconds": scaling.drain_s + PRE_STOP_S}},
    }
    return [merge("Deployment", "frontend", spec)]


def _strategy(rollout: Rollout) -> Json:
    if rollout is Rollout.RECREATE:
        return {"type": "Recreate", "rollingUpdate": None}  # None: the template's is taken away
    surge: int | str = "100%" if rollout is Rollout.BLUE_GREEN else 1
    return {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": 0}}


def _zones(deployment: Deployment) -> Json:
    found: Json = {
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": {"app.kubernetes.io/component": "backend"}},
        "matchLabelKeys": ["pod-template-hash"],
    }
    if deployment.is_production:
        found |= {
            "whenUnsatisfiable": "DoNotSchedule",
            "minDomains": min(deployment.scaling.zones, deployment.scaling.minimum),
        }
    return found


def _scaling(deployment: Deployment) -> list[Json]:
    scaling = deployment.scaling
    metrics: list[Json] = [
        {
            "type": "Resource",
            "resource": {
                "name": "cpu",
                "target": {"type": "Utilization", "averageUtilization": scaling.cpu_percent},
            },
        }
    ]
    if scaling.requests_per_instance:
        target = {"type": "AverageValue", "averageValue": str(scaling.requests_per_instance)}
        metric = {"metric": {"name": "http_requests_per_second"}, "target": target}
        metrics.append({"type": "Pods", "pods": metric})
    spec = {
        "minReplicas": scaling.minimum,
        "maxReplicas": max(scaling.minimum, scaling.maximum),
        "metrics": metrics,
        "behavior": {"scaleDown": {"stabilizationWindowSeconds": scaling.cooldown_s}},
    }
    return [merge("HorizontalPodAutoscaler", "backend", spec)]


def _database(deployment: Deployment, cluster: Cluster) -> list[Json]:
    database, scaling = deployment.database, deployment.scaling
    asked, most, memory = DATABASE[database.size]
    connections = database.connections * scaling.maximum + RESERVED_CONNECTIONS
    arguments = {
        Engine.POSTGRESQL: ["-c", f"max_connections={connections}"],
        Engine.MYSQL: [f"--max-connections={connections}", "--secure-file-priv=NULL"],
        Engine.MONGODB: [f"--maxConns={connections}", "--bind_ip_all"],
    }
    container = {
        "name": "database",
        "args": arguments[database.engine],
        "resources": _resources(asked, most, memory),
    }
    kept = "Retain" if database.deletion_protection else "Delete"
    spec: Json = {
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": kept, "whenScaled": "Retain"},
        "template": {"spec": {"containers": [container]}},
    }
    disk = [put(f"{DISK}/resources/requests/storage", f"{database.storage_gb}Gi")]
    if cluster.storage_class:
        disk.append(put(f"{DISK}/storageClassName", cluster.storage_class))
    return [
        merge("StatefulSet", "database", spec),
        change("StatefulSet", "database", *disk),
    ]


def _outside(deployment: Deployment, cluster: Cluster) -> list[Json]:
    to = [{"ipBlock": {"cidr": network}} for network in cluster.database_networks]
    ports = [{"protocol": "TCP", "port": PORTS[deployment.database.engine]}]
    return [merge("NetworkPolicy", "database-out", {"egress": [{"to": to, "ports": ports}]})]


def _cache(deployment: Deployment) -> list[Json]:
    if not deployment.cache.enabled:
        return []
    asked, most, memory, filled = CACHE[deployment.cache.size]
    arguments = "--save|--appendonly no|--maxmemory-policy allkeys-lru|--maxmemory"
    words = [word for part in arguments.split("|") for word in part.split(" ")]
    words.insert(1, "")  # nothing is saved
    container = {
        "name": "cache",
        "args": [*words, filled],
        "resources": _resources(asked, most, memory),
    }
    return [merge("Deployment", "cache", {"template": {"spec": {"containers": [container]}}})]


def _backup(deployment: Deployment, cluster: Cluster) -> list[Json]:
    recovery, database = deployment.recovery, deployment.database
    if not recovery.backups:
        return []
    container: Json = {
        "name": "backup",
        "command": ["sh", f"/scripts/{database.engine.value}.sh"],
        "env": [{"name": "KEEP_DAYS", "value": str(recovery.backup_days)}],
    }
    template = {"spec": {"containers": [container]}}
    size = max(20, 2 * database.storage_gb)
    disk: Json = {"resources": {"requests": {"storage": f"{size}Gi"}}}
    if cluster.storage_class:
        disk["storageClassName"] = cluster.storage_class
    schedule = {
        "schedule": f"0 {recovery.backup_hour} * * *",
        "jobTemplate": {"spec": {"template": template}},
    }
    return [merge("CronJob", "backup", schedule), merge("PersistentVolumeClaim", "backups", disk)]


def _resources(asked: str, most: str, memory: str) -> Json:
    return {"requests": {"cpu": asked, "memory": memory}, "limits": {"cpu": most, "memory": memory}}
