import assert from 'node:assert/strict';
import { test } from 'node:test';
import { upstreamVersionOf } from './upstream-version.ts';

test('the point release is the package’s where the kernel does not say it, and the kernel’s own otherwise', () => {
  const cases: readonly (readonly [release: string, packaged: string | undefined, version: string])[] = [
    ['6.1.0-56-cloud-amd64', '6.1.192-2', '6.1.192'],
    ['6.12.118+deb13-cloud-amd64', '6.12.118-1', '6.12.118'],
    ['7.3-cloud-amd64', '7.3~rc7-1~exp1', '7.3~rc7'],
    ['6.12.5-custom', undefined, '6.12.5'],
    // `make bindeb-pkg` with a number of builds for a version.
    ['6.12.5', '42', '6.12.5'],
  ];
  for (const [release, packaged, version] of cases) {
    assert.equal(upstreamVersionOf(release, packaged === undefined ? {} : { [`linux-image-${release}`]: packaged }), version, release);
  }
});
