/**
 * # @ariax/metadata-pool/implement: for those who keep their records in a pool
 *
 * What a class that is made of a `MetadataPool` needs beside it.
 */
export { checkPlace, FRESH, type Fresh } from "./options.ts";
