# Dump, see that the dump came to its end, and only then let older ones go.
set -eu
umask 077
rest="${DATABASE_URL#*://}"
login="${rest%%@*}"
place="${rest#*@}"
host="${place%%/*}"
database="${place#*/}"
export MYSQL_PWD="${login#*:}"
port="${host#*:}"
[ "$port" != "$host" ] || port=3306
mysqldump --host="${host%%:*}" --port="$port" --user="${login%%:*}" --single-transaction --no-tablespaces \
  --result-file=/backups/.part "${database%%\?*}"
tail -n 1 /backups/.part | grep -q 'Dump completed'
mv /backups/.part "/backups/$(date -u +%Y-%m-%dT%H%M%SZ).backup"
find /backups -name '*.backup' -mtime "+$KEEP_DAYS" -delete
