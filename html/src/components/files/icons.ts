import { File, FileArchive, FileCode, FileHeadphone, FileImage, FilePlay, FileSpreadsheet, FileText, Presentation } from '@lucide/vue';
import type { Component } from 'vue';

import { extensionOf } from '../../text/file_names';

/** By what a name ends with: a hint for the eye, no more. */
const BY_EXTENSION: readonly [RegExp, Component][] = [
  [/^(?:ZIP|RAR|7Z|TAR|GZ|TGZ|BZ2|XZ|ZST|DEB|RPM|ISO)$/, FileArchive],
  [/^(?:XLSX?|ODS|CSV|TSV)$/, FileSpreadsheet],
  [/^(?:PPTX?|ODP|KEY)$/, Presentation],
  [/^(?:JS|TS|VUE|PY|C|CC|CPP|H|JAVA|GO|RS|PHP|SH|HTML?|CSS|JSON|XML|YML|YAML|TOML|SQL)$/, FileCode],
  [/^(?:JPE?G|PNG|GIF|WEBP|AVIF|HEIC|HEIF|BMP|TIFF?|SVG|PSD)$/, FileImage],
  [/^(?:MP3|M4A|AAC|OGG|OPUS|FLAC|WAV|WEBA|MID)$/, FileHeadphone],
  [/^(?:MP4|M4V|MOV|WEBM|MKV|AVI)$/, FilePlay],
  [/^(?:PDF|TXT|MD|DOCX?|ODT|RTF|EPUB|TEX)$/, FileText],
];

export function iconFor(name: string): Component {
  const extension = extensionOf(name);
  return BY_EXTENSION.find(([pattern]) => pattern.test(extension))?.[1] ?? File;
}
