# Makes a fresh Debian as a person has it who owns the board pi: pipx, and a user who may not be root.
# Whatever pipx will fetch is fetched now, for the machine that runs has no network.
set -e
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -y -q --no-install-recommends pipx python3-venv python3-pip
# One of the two has udev, which cannot run in the rig, and the other has none at all.
[ "$(. /etc/os-release && echo "$VERSION_CODENAME")" != trixie ] || apt-get install -y -q --no-install-recommends udev
rm -rf /var/lib/apt/lists/*
useradd --create-home pi
chmod 0700 /home/pi
python3 -m pip download --quiet --dest /wheels pip setuptools wheel "$(ls dist/alarm2mqtt-0.1.0-*.whl)[web,media,watch]"
rm /wheels/alarm2mqtt-*
