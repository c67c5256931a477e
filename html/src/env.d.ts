/// <reference types="vite/client" />

interface ImportMetaEnv {
  readonly VITE_SERVER?: string;
  readonly VITE_UPLOAD?: string;
}

declare module '*.vue' {
  import type { DefineComponent } from 'vue';
  const component: DefineComponent;
  export default component;
}
