import type { Redactor } from '@haltwire/schemas/redact';
import type { Tracer } from '@opentelemetry/api';
import type { Runtime } from '../clock.ts';
import type { Config } from '../config.ts';
import type { GatewayLink } from '../gateway/link.ts';
import type { Post } from '../otlp/post.ts';
import type { Warn } from '../warnings.ts';

/** What a session shares with the others of its process. */
export interface SessionEnvironment {
  readonly config: Config;
  readonly link: GatewayLink;
  readonly post: Post;
  readonly redactor: Redactor;
  readonly runtime: Runtime;
  readonly tracer: Tracer;
  readonly warn: Warn;
}
