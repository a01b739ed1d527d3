"""Completion in bash, zsh and fish.

The script that a shell loads knows nothing by itself: it calls the program again with the words up
to the one that is being typed, and ``_REPRODIFF_COMPLETE`` set.  The answer is a line for each word
(``word``, a blank, the word), and ``file`` or ``dir`` where paths fit, which the shell knows best.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from reprodiff.cli.arguments import Option, Paths, split
from reprodiff.cli.commands import SUBCOMMANDS, command
from reprodiff.cli.errors import UsageError

_BASH: Final = """\
_reprodiff() {
    local current=${COMP_WORDS[COMP_CWORD]} answer path
    COMPREPLY=()
    compopt +o default 2>/dev/null
    [[ $current == "=" ]] && current=
    while IFS= read -r answer; do
        case $answer in
            file | dir)
                # What nothing else completes is left to the shell, which knows ~ and quotes.
                compopt -o default 2>/dev/null
                if [[ $answer == dir || ${#COMPREPLY[@]} -gt 0 ]]; then
                    while IFS= read -r path; do
                        COMPREPLY+=("$path")
                    done < <(compgen -A "${answer/dir/directory}" -- "$current")
                fi
                ;;
            *) COMPREPLY+=("${answer#word }") ;;
        esac
    done < <(_REPRODIFF_COMPLETE=bash reprodiff "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o filenames -o default -F _reprodiff reprodiff
"""
_ZSH: Final = """\
#compdef reprodiff
_reprodiff() {
    local answer
    local -a before found
    before=("${(@)words[2,CURRENT]}")
    for answer in "${(@f)$(_REPRODIFF_COMPLETE=zsh reprodiff "$before[@]" 2>/dev/null)}"; do
        case $answer in
            file) compset -P 1 '--*='; _files ;;
            dir) compset -P 1 '--*='; _files -/ ;;
            word\\ *) found+=("${answer#word }") ;;
        esac
    done
    (( $#found )) && compadd -a found
}
if [[ $funcstack[1] == _reprodiff ]]; then
    _reprodiff
else
    compdef _reprodiff reprodiff
fi
"""
_FISH: Final = """\
function __reprodiff_complete
    set -l before (commandline -opc)
    set -e before[1]
    set -l current (commandline -ct)
    set -l option (string match -r -- '^--[a-z-]+=' "$current")
    set -l path (string replace -r -- '^--[a-z-]+=' '' "$current")
    for answer in (env _REPRODIFF_COMPLETE=fish reprodiff $before "$current" 2>/dev/null)
        switch $answer
            case file
                for each in (__fish_complete_path "$path")
                    echo "$option$each"
                end
            case dir
                for each in (__fish_complete_directories "$path")
                    echo "$option$each"
                end
            case '*'
                string replace 'word ' '' -- $answer
        end
    end
end
complete -c reprodiff -f -a '(__reprodiff_complete)'
"""
_SCRIPTS: Final[Mapping[str, str]] = {"bash": _BASH, "fish": _FISH, "zsh": _ZSH}
_HERE: Final = "\0"
"""Stands for the word that is being typed; no argument of a process can be this."""


def script(shell: str) -> str:
    """Return what ``shell`` has to load: ``bash``, ``fish`` or ``zsh``."""
    return _SCRIPTS[shell]


def answer(words: Sequence[str]) -> str:
    """Return what the last of ``words`` may become, as the scripts read it."""
    try:
        return "".join(f"{line}\n" for line in _complete(words))
    except UsageError:  # what stands before it is wrong: then nothing fits
        return ""


def _complete(words: Sequence[str]) -> Iterator[str]:
    *words, current = words or [""]
    called, rest = command(words)
    before = list(rest)
    # bash takes --format=js for three words.
    if current == "=":
        current = ""
    elif before[-1:] == ["="]:
        before.pop()
    _, given = split(called, [*before, _HERE])
    valued = next((each.option for each in given if each.word == _HERE), None)
    name, equals, value = current.partition("=")
    if valued is not None:
        yield from _values(valued, current)
    elif "--" in before or not current.startswith("-"):
        yield from _words(called.words() if words else SUBCOMMANDS, current)
        yield from _paths(called.paths)
    elif equals and (option := called.option(name)) is not None:
        yield from _values(option, value, f"{name}=")
    else:
        used = [each.option for each in given if not each.option.repeatable]
        fit = [option.all_names for option in called.options if option not in used]
        yield from _words((name for names in fit for name in names), current)


def _values(option: Option, start: str, prefix: str = "") -> Iterator[str]:
    yield from _words(option.choices, start, prefix)
    yield from _paths(option.paths)


def _words(words: Iterable[str], start: str, prefix: str = "") -> Iterator[str]:
    yield from (f"word {prefix}{word}" for word in words if word.startswith(start))


def _paths(paths: Paths) -> Iterator[str]:
    if paths is not Paths.NONE:
        yield paths.value
