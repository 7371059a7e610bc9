/* Judged as the servers' own clients judge: OpenSSL's chain check for the purpose of a TLS server, at this machine's time. */
#include "mysql/certificate.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/mem.h"
#include "base/quote.h"

/* All certificates of a text; whatever else stands there is passed over. Never NULL. */
static STACK_OF(X509) *read_all(const char *text)
{
    static const char mark[] = "-----BEGIN CERTIFICATE-----";
    STACK_OF(X509) *all = sk_X509_new_null();
    for (const char *at = text; at != NULL && (at = strstr(at, mark)) != NULL; at += sizeof mark - 1) {
        BIO *bio = BIO_new_mem_buf(at, -1);
        X509 *one = bio != NULL ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
        if (one != NULL && sk_X509_push(all, one) == 0)
            X509_free(one);
        BIO_free(bio);
    }
    return all;
}

static char *from_bio(BIO *bio)
{
    char *bytes = NULL;
    const long len = BIO_get_mem_data(bio, &bytes);
    char *text = mem_dup_n(len > 0 ? bytes : "", len > 0 ? (size_t)len : 0);
    BIO_free(bio);
    return text;
}

static char *subject_of(const X509 *one)
{
    BIO *bio = BIO_new(BIO_s_mem());
    struct buf shown = BUF_INIT;
    X509_NAME_print_ex(bio, X509_get_subject_name(one), 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
    char *text = from_bio(bio);
    quote_printable(&shown, text, strlen(text), 0);
    free(text);
    return buf_steal(&shown);
}

static char *write_all(STACK_OF(X509) *all)
{
    BIO *bio = BIO_new(BIO_s_mem());
    for (int i = 0; i < sk_X509_num(all); i++)
        PEM_write_bio_X509(bio, sk_X509_value(all, i));
    return from_bio(bio);
}

/* X509_V_OK when the trusted certificates vouch for the first of the chain. */
static int verify(STACK_OF(X509) *chain, STACK_OF(X509) *trusted)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    int result = X509_V_ERR_OUT_OF_MEM;
    for (int i = 0; i < sk_X509_num(trusted); i++)
        X509_STORE_add_cert(store, sk_X509_value(trusted, i));
    if (X509_STORE_CTX_init(context, store, sk_X509_value(chain, 0), chain) == 1) {
        X509_STORE_CTX_set_default(context, "ssl_server");
        result = X509_verify_cert(context) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(context);
    }
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    return result;
}

static bool made_out_to(X509 *one, const char *name)
{
    return name != NULL && (X509_check_host(one, name, 0, 0, NULL) == 1 || X509_check_ip_asc(one, name, 0) == 1);
}

void certificate_look(const char *cert, const char *ca, const char *name, struct certificate *certificate)
{
    STACK_OF(X509) *chain = read_all(cert), *named = read_all(ca), *candidates[] = { named, chain };
    *certificate = (struct certificate){ .subject = NULL };
    for (size_t i = 0; i < sizeof candidates / sizeof candidates[0] && sk_X509_num(chain) > 0; i++) {
        if (sk_X509_num(candidates[i]) == 0 || certificate->ca != NULL)
            continue;
        const int result = verify(chain, candidates[i]);
        if (result == X509_V_OK) {
            certificate->ca = write_all(candidates[i]);
            certificate->ca_subject = subject_of(sk_X509_value(candidates[i], 0));
        } else if (certificate->trouble == NULL) {
            certificate->trouble = mem_dup(X509_verify_cert_error_string(result));
        }
    }
    if (sk_X509_num(chain) > 0) {
        X509 *own = sk_X509_value(chain, 0);
        certificate->subject = subject_of(own);
        certificate->names = made_out_to(own, name);
        certificate->itself = X509_NAME_cmp(X509_get_subject_name(own), X509_get_issuer_name(own)) == 0;
    }
    if (certificate->ca != NULL) {
        free(certificate->trouble);
        certificate->trouble = NULL;
    }
    sk_X509_pop_free(chain, X509_free);
    sk_X509_pop_free(named, X509_free);
}

void certificate_free(struct certificate *certificate)
{
    char *const texts[] = { certificate->subject, certificate->ca, certificate->ca_subject, certificate->trouble };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free(texts[i]);
    *certificate = (struct certificate){ .subject = NULL };
}
