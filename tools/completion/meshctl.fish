# fish completion of meshctl, meshtraceroute and meshpd: `meshctl complete` knows what there is.
function __meshctl_complete
    set -l words (commandline -opc) (commandline -ct)
    meshctl complete -- $words 2>/dev/null
end
for program in meshctl meshtraceroute meshpd
    complete -c $program -f -a '(__meshctl_complete)'
    complete -c $program -n 'test -z "$(__meshctl_complete)"' -F
end
