# Dump, read the dump's list of contents back, and only then let older ones go.
set -eu
umask 077
pg_dump --dbname="$DATABASE_URL" --format=custom --no-owner --file=/backups/.part
pg_restore --list /backups/.part > /dev/null
mv /backups/.part "/backups/$(date -u +%Y-%m-%dT%H%M%SZ).backup"
find /backups -name '*.backup' -mtime "+$KEEP_DAYS" -delete
