// The API's types, made from its OpenAPI document: the document comes in, TypeScript goes out (`make types`).

import { text } from 'node:stream/consumers';
import openapiTS, { astToString } from 'openapi-typescript';

const tree = await openapiTS(JSON.parse(await text(process.stdin)));
process.stdout.write(
  `// Made from the API's OpenAPI document by \`make types\`. Do not edit.\n\n${astToString(tree)}`,
);
