# bash completion of meshctl, meshtraceroute and meshpd: `meshctl complete` knows what there is.
# The words are taken from the line itself, because bash cuts addresses at their colons and options
# at their equals signs; what is left of such a cut is taken off the answers.
_meshctl()
{
	local line=${COMP_LINE:0:COMP_POINT} current=${COMP_WORDS[COMP_CWORD]} words last before
	read -ra words <<<"$line"
	[[ $line == *[[:space:]] ]] && words+=("")
	last=${words[-1]}
	[[ $current == [:=] ]] && current=
	before=${last%"$current"}
	mapfile -t COMPREPLY < <(meshctl complete -- "${words[@]}" 2>/dev/null | cut -f1)
	COMPREPLY=("${COMPREPLY[@]#"$before"}")
	[[ ${COMPREPLY[0]-} == *[=/] ]] && compopt -o nospace 2>/dev/null
	return 0
}
complete -o default -F _meshctl meshctl meshtraceroute meshpd
