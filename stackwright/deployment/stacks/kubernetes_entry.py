"""How visitors come into a cluster: names, certificates, redirects, and the networks that may come."""

from typing import Any

from stackwright.deployment.config import Deployment
from stackwright.deployment.options.address import Certificate
from stackwright.deployment.review import EVERYWHERE
from stackwright.deployment.stacks.kubernetes_cluster import Cluster, Entry
from stackwright.deployment.stacks.kubernetes_patch import WAY_IN, change, delete, head, merge, put

Json = dict[str, Any]
CERTIFICATE = "entry-certificate"
BACKEND = {"name": "backend", "port": 8000}
PAGES = {"name": "frontend", "port": 8080}
SOURCES = "service.beta.kubernetes.io/load-balancer-source-ranges"
ENTRY_POLICIES = "backend-in|frontend-in|challenges-in"
YEAR_S = 31_536_000


def has_tls(deployment: Deployment) -> bool:
    """Whether connections are protected: a certificate is for a name."""
    address = deployment.address
    return bool(address.domain) and address.tls.certificate is not Certificate.NONE


def patches(deployment: Deployment, cluster: Cluster, *, has_pages: bool) -> list[Json]:
    """The entry's patches, for the API that the cluster has."""
    lets_in = change("NetworkPolicy", ENTRY_POLICIES, put(WAY_IN, cluster.entry_namespace))
    if cluster.entry is Entry.GATEWAY:
        return [lets_in, *_gateway(deployment, cluster, has_pages=has_pages)]
    return [lets_in, *_ingress(deployment, cluster, has_pages=has_pages)]


def aliases(deployment: Deployment, cluster: Cluster) -> list[Json]:
    """A route that redirects other names to the domain."""
    address = deployment.address
    if cluster.entry is not Entry.GATEWAY or not address.aliases or not address.domain:
        return []
    scheme = "https" if has_tls(deployment) else "http"
    redirect = {"scheme": scheme, "hostname": address.domain, "statusCode": 301}
    names = range(len(address.aliases))
    sections = [f"http-{n}" for n in names]
    if has_tls(deployment):
        sections += [f"https-{n}" for n in names]
    spec = {
        "parentRefs": [{"name": "entry", "sectionName": section} for section in sections],
        "hostnames": list(address.aliases),
        "rules": [{"filters": [{"type": "RequestRedirect", "requestRedirect": redirect}]}],
    }
    return [{**head("HTTPRoute", "aliases"), "spec": spec}]


def openings(deployment: Deployment) -> list[Json]:
    """A policy for each opening of the firewall, with its reason."""
    found = []
    for number, rule in enumerate(deployment.address.firewall.rules, 1):
        one = head("NetworkPolicy", f"opening-{number}")
        one["metadata"]["annotations"] = {"description": rule.why}
        one["spec"] = {
            "podSelector": {"matchLabels": {"app.kubernetes.io/component": "backend"}},
            "policyTypes": ["Ingress"],
            "ingress": [
                {
                    "from": [{"ipBlock": {"cidr": network}} for network in rule.sources],
                    "ports": [{"protocol": "TCP", "port": rule.port}],
                }
            ],
        }
        found.append(one)
    return found


def _gateway(deployment: Deployment, cluster: Cluster, *, has_pages: bool) -> list[Json]:
    address, tls = deployment.address, deployment.address.tls
    hosts = [("", address.domain)]
    if address.domain:
        hosts += [(f"-{n}", alias) for n, alias in enumerate(address.aliases)]
    listeners = [_listener(f"http{suffix}", host, "HTTP", 80) for suffix, host in hosts]
    if has_tls(deployment):
        own = tls.certificate is Certificate.OWN
        secret = tls.reference if own else CERTIFICATE
        listeners += [
            {
                **_listener(f"https{suffix}", host, "HTTPS", 443),
                "tls": {"mode": "Terminate", "certificateRefs": [{"name": secret}]},
            }
            for suffix, host in hosts
        ]
    spec: Json = {"gatewayClassName": cluster.entry_class, "listeners": listeners}
    visitors = address.firewall.visitors
    if not EVERYWHERE & {*visitors}:
        spec["infrastructure"] = {"annotations": {SOURCES: ",".join(visitors)}}
    redirects = has_tls(deployment) and tls.redirect
    sections = ["https"] if has_tls(deployment) else ["http"]
    if has_tls(deployment) and not tls.redirect:
        sections.append("http")
    names = [address.domain] if address.domain else None  # None: the place is taken away
    route = {
        "parentRefs": [{"name": "entry", "sectionName": section} for section in sections],
        "hostnames": names,
        "rules": _rules(deployment, has_pages=has_pages),
    }
    return [
        merge("Gateway", "entry", spec),
        _issued_by(deployment, cluster, "Gateway"),
        merge("HTTPRoute", "product", route),
        merge("HTTPRoute", "redirect", {"hostnames": names})
        if redirects
        else delete("HTTPRoute", "redirect"),
    ]


def _listener(name: str, host: str | None, protocol: str, port: int) -> Json:
    named = {"hostname": host} if host else {}
    routes = {"namespaces": {"from": "Same"}}
    return {"name": name, "protocol": protocol, "port": port, **named, "allowedRoutes": routes}


def _rules(deployment: Deployment, *, has_pages: bool) -> list[Json]:
    paths = [("api", "/api", BACKEND), ("pages", "/", PAGES)]
    strict = {"name": "Strict-Transport-Security", "value": f"max-age={YEAR_S}"}
    header = {"type": "ResponseHeaderModifier", "responseHeaderModifier": {"set": [strict]}}
    filters = [header] if has_tls(deployment) and deployment.address.tls.hsts else []
    return [
        {
            "name": name,
            "matches": [{"path": {"type": "PathPrefix", "value": path}}],
            **({"filters": filters} if filters else {}),
            "timeouts": {"request": f"{deployment.scaling.request_timeout_s}s"},
            "backendRefs": [target],
        }
        for name, path, target in (paths if has_pages else [("all", "/", BACKEND)])
    ]


def _ingress(deployment: Deployment, cluster: Cluster, *, has_pages: bool) -> list[Json]:
    address = deployment.address
    paths = [("/api", "backend"), ("/", "frontend")] if has_pages else [("/", "backend")]
    http = {
        "paths": [
            {
                "path": path,
                "pathType": "Prefix",
                "backend": {"service": {"name": name, "port": {"name": "http"}}},
            }
            for path, name in paths
        ]
    }
    hosts = [address.domain, *address.aliases] if address.domain else []
    own = address.tls.certificate is Certificate.OWN
    secret = address.tls.reference if own else CERTIFICATE
    spec: Json = {
        "ingressClassName": cluster.entry_class,
        "tls": [{"hosts": hosts, "secretName": secret}] if has_tls(deployment) else None,
        "rules": [{"host": host, "http": http} for host in hosts] or [{"http": http}],
    }
    return [merge("Ingress", "entry", spec), _issued_by(deployment, cluster, "Ingress")]


def _issued_by(deployment: Deployment, cluster: Cluster, kind: str) -> Json:
    path = "metadata/annotations/cert-manager.io~1cluster-issuer"
    automatic = deployment.address.tls.certificate is Certificate.AUTOMATIC
    if automatic and has_tls(deployment):
        return change(kind, "entry", put(path, cluster.issuer))
    return change(kind, "entry", {"op": "remove", "path": f"/{path}"})
