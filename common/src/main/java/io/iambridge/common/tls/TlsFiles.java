package io.iambridge.common.tls;

import java.nio.file.Path;

/**
 * The three PEM files of mutual TLS, as kiam's {@code --cert}, {@code --key} and {@code --ca} name
 * them.
 *
 * @param cert certificate chain, leaf first
 * @param key its private key, PKCS #8
 * @param ca the authorities to trust; two of them, one after the other, while one replaces the
 *     other
 */
public record TlsFiles(Path cert, Path key, Path ca) {}
