# Dump, read the dump back without restoring it, and only then let older ones go.
set -eu
umask 077
printf 'uri: "%s"\n' "$DATABASE_URL" > /tmp/uri.yaml # not an argument: those can be read by every process
mongodump --config=/tmp/uri.yaml --gzip --archive=/backups/.part
mongorestore --config=/tmp/uri.yaml --gzip --archive=/backups/.part --dryRun
mv /backups/.part "/backups/$(date -u +%Y-%m-%dT%H%M%SZ).backup"
find /backups -name '*.backup' -mtime "+$KEEP_DAYS" -delete
