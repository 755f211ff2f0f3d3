// Journeys run in Debian's Chromium against a server of their own each; nothing leaves the machine.
import { defineConfig } from '@playwright/test';
import { availableParallelism } from 'node:os';

export default defineConfig({
  testDir: '..',
  testMatch: ['browser/*.journey.js', 'hosts/*.host.js'],
  // Limits against hanging only: on one core of a slow machine that is busy with something else no test may reach them. What
  // waits, waits for an event; what is a claim about time is compared with something measured in the same run.
  timeout: 600_000,
  expect: { timeout: 90_000, toPass: { timeout: 180_000 } },
  // As many as this process may use cores, which is fewer than the machine has under `taskset`.
  workers: Math.max(1, Math.min(4, availableParallelism())),
  retries: 1, // `cargo xtask test` names whoever needed it.
  fullyParallel: true,
  reporter: [['list', { printSteps: false }]],
  outputDir: '../../target/journeys',
  snapshotPathTemplate: 'snapshots/{testFileName}/{arg}{ext}',
  use: {
    browserName: 'chromium',
    locale: 'id-ID',
    timezoneId: 'America/New_York', // The visitor's zone and clock must not matter.
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: '/usr/bin/chromium',
      args: [
        '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
        '--disable-background-networking', '--disable-component-update', '--disable-sync',
      ],
    },
  },
});
