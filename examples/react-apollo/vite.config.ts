import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  server: {
    host: '127.0.0.1',
    strictPort: true,
    // The page and Daypass share an origin: no CORS, and the strictest cookie. In production a proxy does the same.
    proxy: { '/graphql': 'http://127.0.0.1:8080' },
  },
});
