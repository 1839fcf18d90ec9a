import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@haltwire/source'] },
  ssr: { resolve: { conditions: ['@haltwire/source'], externalConditions: ['@haltwire/source'] } },
  test: {
    include: ['{schemas,sdk,collector,detector,deploy,test}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    setupFiles: ['./test/src/support/property-seed.ts'],
  },
});
