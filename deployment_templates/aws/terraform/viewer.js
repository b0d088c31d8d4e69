// Runs at the edge before a request is answered: other names redirect to the domain, and addresses of pages that the
// front end makes up itself are answered with its first page.
var domain = ${jsonencode(domain)};
var aliases = ${jsonencode(aliases)};

function handler(event) {
  var request = event.request;
  var host = request.headers.host ? request.headers.host.value : "";
  if (aliases.indexOf(host) >= 0) {
    return {
      statusCode: 301,
      statusDescription: "Moved Permanently",
      headers: { location: { value: "https://" + domain + request.uri } },
    };
  }
  var last = request.uri.split("/").pop();
  if (!request.uri.startsWith("/api/") && last.indexOf(".") < 0) {
    request.uri = "/index.html";
  }
  return request;
}
