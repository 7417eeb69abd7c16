import { fileURLToPath, URL } from 'node:url';
import { defineConfig } from 'vite';
import { svelte } from '@sveltejs/vite-plugin-svelte';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// The stand-in core is only for looking at screens in a plain browser: never in a production build.
export default defineConfig(({ command }) => ({
  plugins: [svelte()],
  clearScreen: false,
  resolve: {
    alias: {
      $lib: here('./src/lib'),
      $routes: here('./src/routes'),
      ...(command === 'serve' && process.env.VITE_MOCK === '1'
        ? { '@tauri-apps/api/core': here('./dev/mock.ts') }
        : {}),
    },
  },
  server: {
    port: 5173,
    strictPort: true,
    host: '127.0.0.1',
    watch: { ignored: ['**/src-tauri/**', '**/target/**'] },
  },
  envPrefix: ['VITE_', 'TAURI_ENV_'],
  build: {
    target: 'safari16',
    // Fonts and pictures stay files: the content policy lets fonts come from 'self' only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    minify: process.env.TAURI_ENV_DEBUG ? false : 'oxc',
    sourcemap: Boolean(process.env.TAURI_ENV_DEBUG),
  },
}));
