#!/bin/sh
# The toolkit's command line, by the Node beside it.
root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
exec "$root/bin/node" "$root/toolkit/dist/cli/main.js" "$@"
