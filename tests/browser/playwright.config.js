// Journeys run in Debian's Chromium against a server of their own each; nothing leaves the machine.
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '..',
  testMatch: ['browser/*.journey.js', 'hosts/*.host.js'],
  timeout: 60_000,
  expect: { timeout: 10_000 },
  workers: 2,
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
