import { Controller, Get, NotFoundException, Param, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Documentation } from '../documentation/documentation.js';
import { PageFiles } from './page-files.js';

/** The page has its own files, and no inline code; it sends requests to this app only. */
const HEADERS = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'Cache-Control': 'no-cache',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** The page on which people ask the agents, and the documentation that these know. */
@Controller()
export class PageController {
  constructor(
    private readonly files: PageFiles,
    private readonly documentation: Documentation,
  ) {}

  @Get()
  page(@Res() response: Response): void {
    this.sendFile(response, 'index.html');
  }

  @Get('page/:file')
  file(@Param('file') file: string, @Res() response: Response): void {
    this.sendFile(response, file);
  }

  @Get('README.md')
  readme(@Res() response: Response): void {
    this.sendDocument(response, 'README.md');
  }

  @Get('docs/*path')
  document(@Param('path') path: string[], @Res() response: Response): void {
    this.sendDocument(response, `docs/${path.join('/')}`);
  }

  private sendFile(response: Response, name: string): void {
    const file = this.files.find(name);
    if (file === undefined) {
      throw new NotFoundException(`The page has no file "${name}"`);
    }
    response.set(HEADERS).type(file.type).send(file.body);
  }

  private sendDocument(response: Response, source: string): void {
    const text = this.documentation.textOf(source);
    if (text === undefined) {
      throw new NotFoundException(`There is no document "${source}"`);
    }
    response.set(HEADERS).type('text/plain; charset=utf-8').send(text);
  }
}
