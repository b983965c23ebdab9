using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Provenance.ArtifactStore.Digests;

namespace Provenance.ArtifactStore.Blobs.S3;

/// <summary>The requests to one bucket: what it answers becomes a result, and what it fails a <see cref="StorageUnavailableException"/>.</summary>
internal sealed class S3Bucket : IDisposable
{
    private static readonly TimeSpan AddressLifetime = TimeSpan.FromMinutes(5);

    private readonly AmazonS3Client client;
    private readonly S3Options options;
    private readonly TimeProvider time;

    /// <summary>A client for the bucket; nothing is asked of it yet.</summary>
    public S3Bucket(S3Options options, TimeProvider time)
    {
        this.time = time;
        options.Validate();
        this.options = options;
        var configuration = new AmazonS3Config
        {
            AuthenticationRegion = options.Region,
            ForcePathStyle = options.PathStyle,
            MaxErrorRetry = options.Retries,
            Timeout = options.IdleTimeout,

            // Blobs are hashed here, by their own digests; the library's checks would hash them once more.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint is { } endpoint)
        {
            configuration.ServiceURL = endpoint.ToString();
        }
        else
        {
            configuration.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(options.Region);
        }

        client = options.AccessKey is { } key
            ? new AmazonS3Client(new BasicAWSCredentials(key, options.SecretKey), configuration)
            : new AmazonS3Client(configuration);
    }

    /// <summary>How long the next bytes may be awaited.</summary>
    public TimeSpan IdleTimeout => options.IdleTimeout;

    /// <summary>Above how many bytes clients are sent to the bucket; null for never.</summary>
    public long? RedirectAbove => options.RedirectAbove;

    // Over TLS the signature need not cover the content, which would be hashed for it once more.
    private bool IsEncrypted => options.Endpoint?.Scheme != Uri.UriSchemeHttp;

    /// <summary>The size of an object in bytes; null where there is none.</summary>
    public async Task<long?> FindSizeAsync(Digest digest, CancellationToken cancellationToken) =>
        (await AskAsync("look for", digest, token => client.GetObjectMetadataAsync(options.Bucket, KeyOf(digest), token), cancellationToken).ConfigureAwait(false))?.ContentLength;

    /// <summary>Opens the content of an object from an offset; null where there is none. The stream must be disposed of.</summary>
    public async Task<GetObjectResponse?> OpenAsync(Digest digest, long offset, long count, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest { BucketName = options.Bucket, Key = KeyOf(digest), ByteRange = new Amazon.S3.Model.ByteRange(offset, offset + count - 1) };
        return await AskAsync("read", digest, token => client.GetObjectAsync(request, token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stores the content of a file that hashes to the digest. An object that is there already is left as it is.</summary>
    public async Task PutAsync(Digest digest, string file, long size, CancellationToken cancellationToken)
    {
        if (size <= options.PartSize)
        {
            await PutAtOnceAsync(digest, file, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await PutInPartsAsync(digest, file, size, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Removes an object; there need not be one.</summary>
    public Task DeleteAsync(Digest digest, CancellationToken cancellationToken) =>
        AskAsync("delete", digest, token => client.DeleteObjectAsync(options.Bucket, KeyOf(digest), token), cancellationToken);

    /// <summary>An address from which whoever has it can read the object for five minutes.</summary>
    public Uri Presign(Digest digest) => new(client.GetPreSignedURL(new GetPreSignedUrlRequest
    {
        BucketName = options.Bucket,
        Key = KeyOf(digest),
        Verb = HttpVerb.GET,
        Expires = (time.GetUtcNow() + AddressLifetime).UtcDateTime,
        Protocol = options.Endpoint?.Scheme == Uri.UriSchemeHttp ? Protocol.HTTP : Protocol.HTTPS,
    }));

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    // Somebody else stored it meanwhile.
    private static bool IsConflict(AmazonServiceException exception) => exception.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict;

    private async Task PutAtOnceAsync(Digest digest, string file, CancellationToken cancellationToken)
    {
        var request = new PutObjectRequest
        {
            BucketName = options.Bucket,
            Key = KeyOf(digest),
            FilePath = file,
            ContentType = "application/octet-stream",
            IfNoneMatch = "*",
            UseChunkEncoding = false,
            DisablePayloadSigning = IsEncrypted,
        };

        // The service compares what arrives with the digest.
        if (digest.Algorithm == DigestAlgorithm.Sha256)
        {
            request.ChecksumSHA256 = Convert.ToBase64String(Convert.FromHexString(digest.Hex));
        }

        await AskAsync("store", digest, token => client.PutObjectAsync(request, token), cancellationToken, IsConflict).ConfigureAwait(false);
    }

    private async Task PutInPartsAsync(Digest digest, string file, long size, CancellationToken cancellationToken)
    {
        string key = KeyOf(digest);
        var started = await AskAsync(
            "begin to store", digest, token => client.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = options.Bucket, Key = key, ContentType = "application/octet-stream" }, token), cancellationToken)
            .ConfigureAwait(false) ?? throw Fault("begin to store", digest, "there is no such bucket", null);
        try
        {
            var complete = new CompleteMultipartUploadRequest { BucketName = options.Bucket, Key = key, UploadId = started.UploadId, IfNoneMatch = "*" };
            long partSize = Math.Max(options.PartSize, (size / 9_000) + 1);
            for (long position = 0; position < size; position += partSize)
            {
                var part = new UploadPartRequest
                {
                    BucketName = options.Bucket,
                    Key = key,
                    UploadId = started.UploadId,
                    PartNumber = (int)(position / partSize) + 1,
                    FilePath = file,
                    FilePosition = position,
                    PartSize = Math.Min(partSize, size - position),
                    UseChunkEncoding = false,
                    DisablePayloadSigning = IsEncrypted,
                };
                var sent = await AskAsync("store a part of", digest, token => client.UploadPartAsync(part, token), cancellationToken).ConfigureAwait(false)
                    ?? throw Fault("store a part of", digest, "it has forgotten the upload", null);
                complete.AddPartETags(sent);
            }

            await AskAsync("store", digest, token => client.CompleteMultipartUploadAsync(complete, token), cancellationToken, IsConflict).ConfigureAwait(false);
        }
        catch
        {
            await AbortAsync(digest, started.UploadId).ConfigureAwait(false);
            throw;
        }
    }

    private async Task AbortAsync(Digest digest, string upload)
    {
        try
        {
            using var timeout = new CancellationTokenSource(options.IdleTimeout);
            await client.AbortMultipartUploadAsync(options.Bucket, KeyOf(digest), upload, timeout.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or OperationCanceledException)
        {
            // The first fault is the one to report; the parts go by the bucket's own rule for unfinished uploads.
        }
    }

    /// <summary>Sends a request; null where there is no such object, or where <paramref name="isFine"/> says that a refusal is one.</summary>
    private async Task<T?> AskAsync<T>(
        string purpose, Digest digest, Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken, Func<AmazonServiceException, bool>? isFine = null)
        where T : class
    {
        try
        {
            return await request(cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonServiceException exception) when (exception.StatusCode == HttpStatusCode.NotFound && exception.ErrorCode != "NoSuchBucket")
        {
            return null;
        }
        catch (AmazonServiceException exception) when (isFine?.Invoke(exception) == true)
        {
            return null;
        }
        catch (AmazonServiceException exception)
        {
            throw Fault(purpose, digest, $"it answered {(int)exception.StatusCode} {exception.ErrorCode}", exception);
        }
        catch (Exception exception) when (exception is AmazonClientException or HttpRequestException or IOException or TimeoutException)
        {
            throw Fault(purpose, digest, "it cannot be reached or breaks off", exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw Fault(purpose, digest, $"it did not answer within {options.IdleTimeout.TotalSeconds:0} seconds", exception);
        }
    }

    private StorageUnavailableException Fault(string purpose, Digest digest, string answer, Exception? exception) =>
        new($"Cannot {purpose} {digest} in bucket {options.Bucket}: {answer}. Check the address, the credentials and their rights, and try again.", exception);

    private string KeyOf(Digest digest) => $"{options.Prefix}blobs/{digest.Algorithm.Name}/{digest.Hex[..2]}/{digest.Hex}";
}
