#!/bin/sh
# A certification with our own simulators in the counterparty's place: all of it
# as in earnest, but for the hands, which are a program.
#
#   rehearse.sh hub|gate FOLDER [CASE ...]
#
# FOLDER is made, and FOLDER/report; gate.cfg and the profile in it may be
# changed, and then are used as they are.  Without a CASE all are played.
set -eu

cases=$(cd "$(dirname "$0")" && pwd)
root=$cases/../..
program=${CREDITGATE:-$root/build/creditgate}

case ${1:-} in
hub | gate) ;;
*)
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
seat=$1
folder=${2:?give a folder for the files and the report}
shift 2
[ -n "${CREDITGATE:-}" ] || "$root/run" build
profile=hubsim.profile
[ "$seat" = hub ] || profile=creditgate.profile
mkdir -p "$folder"
cd "$folder"
for file in gate.cfg instruments.csv limits.csv $profile; do
    [ -e "$file" ] || cp "$cases/$file" .
done
grep -q '^OperatorCommand=' $profile ||
    sed -i 's|^\[PROFILE\]|&\nOperatorCommand=./obey.sh|' $profile

if [ "$seat" = hub ]; then
    # What cases ask of the hub are commands of the simulator.
    port=$(awk '/^\[/ {name = ""} /^Name=/ {name = $0}
        name == "Name=hub" && /^SocketConnectPort=/ {sub(/.*=/, ""); print}' \
        gate.cfg)
    rm -f commands
    mkfifo commands
    cat >obey.sh <<'END'
#!/bin/sh
shift
echo "$*" >commands
sleep 0.1
END
    "$program" hubsim --listen "$port" --target CERTGATE --limits limits.csv \
        --dictionaries "$root/fixspec" <>commands >hub.log 2>&1 &
    echo $! >pid
    while kill -0 $! 2>/dev/null && ! grep -q listen hub.log; do sleep 0.1; done
else
    cat >obey.sh <<END
#!/bin/sh
pid=\$(cat pid)
if [ "\$2" = stop ]; then
    kill "\$pid"
    while kill -0 "\$pid" 2>/dev/null; do sleep 0.1; done
else
    "$program" run --config gate.cfg >gate.log 2>&1 &
    echo \$! >pid
    while kill -0 \$! 2>/dev/null && ! grep -q 'listens on' gate.log; do sleep 0.1; done
fi
END
    : >pid
    sh obey.sh gate start
fi
chmod +x obey.sh
trap 'kill "$(cat pid)" 2>/dev/null || true' EXIT

status=0
"$program" certify --config gate.cfg --peer "$seat" --profile $profile \
    --report report "${@:-$cases}" || status=$?
exit $status
