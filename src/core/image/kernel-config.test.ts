import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtinsOfConfig, buildsModules, missingOptions, parseKernelConfig } from './kernel-config.ts';

const config = parseKernelConfig(
  [
    '#',
    '# Linux/x86 3.16.0 Kernel Configuration',
    '#',
    'CONFIG_EXT4_FS=y',
    'CONFIG_BTRFS_FS=m',
    '# CONFIG_OVERLAY_FS is not set',
    'CONFIG_VIRTIO_PCI=y',
    'CONFIG_CMDLINE=""',
    'CONFIG_DEVTMPFS=y',
    'CONFIG_MODULES=y',
    '',
  ].join('\n'),
);

test('a configuration says what is built in, and whether there are modules', () => {
  assert.deepEqual(builtinsOfConfig(config), ['virtio_pci', 'ext4']);
  assert.ok(buildsModules(config));
  assert.ok(!buildsModules(parseKernelConfig('# CONFIG_MODULES is not set\n')));
});

test('what a machine needs and a configuration lacks is named as it is written there', () => {
  const missing = missingOptions(config);
  assert.ok(missing.includes('CONFIG_TMPFS'));
  assert.ok(!missing.includes('CONFIG_DEVTMPFS'));
});
