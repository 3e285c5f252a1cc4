/** The UUID of an installed system's root filesystem: its fstab and its kernel's command line name it. Every image has the same. */
export const installedRootUuid = '7261696c-6162-4000-8000-696e7374616c';
