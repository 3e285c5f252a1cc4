# The shell of a lab, for people. What scripts run over ssh must not be slowed down or talked into.
case $- in *i*) ;; *) return ;; esac

HISTSIZE=10000
HISTCONTROL=ignoreboth
shopt -s histappend checkwinsize globstar
export EDITOR=nano VISUAL=nano PAGER=less LESS=-FRX SYSTEMD_PAGER=cat

# The exit status of what failed, then where we are.
raidlab_prompt() {
  local status=$?
  [ "$status" -eq 0 ] && raidlab_status='' || raidlab_status="exit $status "
}
PROMPT_COMMAND=raidlab_prompt
if [ -z "${NO_COLOR-}" ] && [ "${TERM-dumb}" != dumb ]; then
  PS1='\[\e[31m\]${raidlab_status}\[\e[0m\]\[\e[1m\]\u@\h\[\e[0m\]:\[\e[34m\]\w\[\e[0m\]\$ '
  alias ls='ls --color=auto' grep='grep --color=auto' ip='ip --color=auto'
else
  PS1='${raidlab_status}\u@\h:\w\$ '
fi
alias ll='ls -lh' disks='lsblk -o NAME,SERIAL,SIZE,TYPE,FSTYPE,MOUNTPOINTS'

# Completion is loaded by the first Tab: reading it takes longer than the login.
raidlab_completion() {
  unset -f raidlab_completion
  complete -r -D
  [ -r /usr/share/bash-completion/bash_completion ] && . /usr/share/bash-completion/bash_completion
  # Again, with what was loaded: bash(1), Programmable Completion.
  return 124
}
complete -D -F raidlab_completion -o bashdefault -o default
