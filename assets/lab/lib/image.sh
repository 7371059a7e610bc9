# shellcheck shell=bash
# Images (a flavour's root file system) and the data that is generated once and kept: everything in here is a cache.
# Each is built beside its place and renamed into it, under a lock; a build that is killed leaves a folder that the next one removes.

common_packages=openssh-server,systemd,systemd-sysv,iproute2,procps,sudo,zstd,openssl,rsync,php-cli,php-mysql

# contained COMMAND...: in mount and process namespaces of its own; dies, with all its children and mounts, when this shell does
contained() {
    setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --mount-proc --propagation slave "$@"
}

# debian_mirror: where this machine's own apt gets Debian from
debian_mirror() {
    apt-get indextargets 'Created-By: Packages' --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 2>/dev/null |
        awk '$3 == "main" && $1 ~ /^(https?|ftp|file|copy|mirror)[:+]/ && $1 ~ /\/debian\/?$/ { print $1; found = 1; exit }
             END { if (!found) print "http://deb.debian.org/debian" }'
}

# apt_options: this machine's own settings that reach the mirror, then the flavour's, as mmdebstrap's arguments in ${apt_args[@]}
apt_options() {
    local key value
    apt_args=()
    for key in Acquire::http::Proxy Acquire::https::Proxy Acquire::Retries Acquire::Check-Date Acquire::Check-Valid-Until; do
        value=
        eval "$(apt-config shell value "$key")"
        [ -z "$value" ] || apt_args+=("--aptopt=$key \"$value\"")
    done
    for key in $f_apt; do
        apt_args+=("--aptopt=${key%%=*} \"${key#*=}\"")
    done
}

# recipe_hash: of all that decides how the flavour's image turns out (the line read by flavour_line)
recipe_hash() {
    { printf '%s\n' "$f_suite" "$common_packages" $f_packages $f_apt; cat "$here/host/customize"; } | sha256sum | cut -c 1-12
}

# image_path FLAVOUR: prints where its image is or will be
image_path() {
    flavour_line "$1" || die_usage "there is no flavour '$1'; there are: $(flavour_names | tr '\n' ' ')"
    echo "$cache/images/$1-$(recipe_hash)"
}

# build_image FLAVOUR: unless it is there already
build_image() {
    local flavour=$1 image building held packages log
    image=$(image_path "$flavour")
    [ ! -d "$image" ] || return 0
    lock held "$cache/images/.lock-$flavour"
    if [ ! -d "$image" ]; then
        flavour_line "$flavour"
        building=$cache/images/.building-$flavour log=$cache/images/$flavour.log
        remove_tree "$building"
        apt_options
        packages=$common_packages,$(tr -s ' ' , <<<"$f_packages" | sed 's/^,//; s/,$//')
        say "building the image $flavour from Debian $f_suite (once; about half a minute)"
        contained mmdebstrap --quiet --mode=root --variant=minbase --include="$packages" "${apt_args[@]}" \
            --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
            --dpkgopt='path-exclude=/usr/share/doc/*' --customize-hook="sh $(printf %q "$here/host/customize") \"\$1\"" \
            "$f_suite" "$building" "$(debian_mirror)" >"$log" 2>&1 </dev/null ||
            die "the image $flavour could not be built; $log ends: $(tail -n 3 "$log" | tr '\n' ' ')"
        mv -T -- "$building" "$image"
    fi
    unlock held
}

# data_path FLAVOUR ROLE SIZE: where the generated data directory of a master or slave is or will be. ROLE names a folder of seed/.
data_path() {
    local image hash
    image=$(image_path "$1")
    hash=$({ echo "$3 ${image##*-}"; cat "$here/host/seed" "$here/seed/$2/"*; } | sha256sum | cut -c 1-12)
    echo "$cache/data/$1-$2-$3-$hash"
}

# build_data FLAVOUR ROLE SIZE: generates it with the image's own server, which is shut down cleanly; unless it is there already
build_data() {
    local flavour=$1 role=$2 size=$3 data building held log
    data=$(data_path "$flavour" "$role" "$size")
    [ ! -d "$data" ] || return 0
    lock held "$cache/data/.lock-$flavour-$role-$size"
    if [ ! -d "$data" ]; then
        building=$cache/data/.building-$flavour-$role-$size log=$cache/data/$flavour-$role-$size.log
        remove_tree "$building"
        mkdir -p "$building"/{upper,work,root,layer}
        say "generating the data of the $role (once for $flavour, $size bytes)"
        # calls of 130 bytes in 4 tables take 13/20 of the size, recordings of 34 KiB 6/20, the rest is about constant
        contained --net bash "$here/host/seed" "$(image_path "$flavour")" "$building" "$here/seed/$role" \
            $((size * 13 / 20 / 130 / 4 / 1000 + 1)) $((size * 6 / 20 / 34816)) >"$log" 2>&1 </dev/null ||
            die "the data of the $role could not be generated; $log ends: $(tail -n 3 "$log" | tr '\n' ' ')"
        mv -T -- "$building/layer" "$data"
        remove_tree "$building"
    fi
    unlock held
}

lab_build() {
    local flavour
    need_machine
    [ $# -gt 0 ] || set -- "$(default_flavour)"
    for flavour; do
        build_image "$flavour"
        image_path "$flavour"
    done
}

# lab_clean: empties the caches
lab_clean() {
    local running
    need_root
    running=$(ls "$labs" 2>/dev/null | tr '\n' ' ')
    [ -z "$running" ] || die "these labs use the caches; end them first with 'lab down': $running"
    remove_tree "$cache/images"
    remove_tree "$cache/data"
}

lab_flavours() {
    flavour_names
}
