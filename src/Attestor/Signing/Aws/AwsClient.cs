using System.Net;
using System.Security.Cryptography;
using Amazon;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using Provenance.ArtifactStore.Configuring;

namespace Provenance.Attestor.Signing.Aws;

/// <summary>The two requests to AWS KMS, each bounded in time and attempts. Who we are is for AWS's own chain of credentials to find.</summary>
internal sealed class AwsClient : IDisposable
{
    private readonly AmazonKeyManagementServiceClient client;

    /// <summary>Prepares to ask.</summary>
    /// <param name="reference">Which key, and where.</param>
    /// <param name="credentials">Who asks; null for whom the environment, a profile, a web identity or the machine says.</param>
    /// <param name="timeout">How long one attempt may take.</param>
    /// <exception cref="KeyException"><c>KEY_REFERENCE</c>: no region is said.</exception>
    public AwsClient(AwsReference reference, AWSCredentials? credentials, TimeSpan timeout)
    {
        var configuration = Configure(timeout);
        if (reference.Endpoint is { } endpoint)
        {
            configuration.ServiceURL = endpoint.ToString();
            configuration.AuthenticationRegion = reference.Region ?? Environment.GetEnvironmentVariable("AWS_REGION") ?? "us-east-1";
            Service = endpoint.Authority;
        }
        else
        {
            var region = (reference.Region is { } named ? RegionEndpoint.GetBySystemName(named) : FallbackRegionFactory.GetRegionEndpoint())
                ?? throw new KeyException("KEY_REFERENCE", $"No region is said for the key {reference.Key} of AWS KMS. Set AWS_REGION, or name the key by its ARN.");
            configuration.RegionEndpoint = region;
            Service = $"kms.{region.SystemName}.amazonaws.com";
        }

        client = credentials is null ? new AmazonKeyManagementServiceClient(configuration) : new AmazonKeyManagementServiceClient(credentials, configuration);
    }

    /// <summary>The server, <c>host[:port]</c>.</summary>
    public string Service { get; }

    /// <summary>
    /// How requests are made, by AWS's own client, as it signs every attempt anew: to no server that only a variable or a profile names, as
    /// that may be any, without encryption, and would receive session tokens; and not on to where a server redirects.
    /// </summary>
    internal static AmazonKeyManagementServiceConfig Configure(TimeSpan timeout) =>
        new() { MaxErrorRetry = 2, Timeout = timeout, IgnoreConfiguredEndpointUrls = true, AllowAutoRedirect = false };

    /// <summary>Asks what a key id, an alias or an ARN leads to.</summary>
    /// <exception cref="KeyException"><c>KEY_ALG_UNSUPPORTED</c>.</exception>
    /// <exception cref="SigningServiceException">AWS refused or is away.</exception>
    public async Task<AwsKey> FindKeyAsync(string key, CancellationToken cancellationToken)
    {
        var answer = await AskAsync("kms:GetPublicKey", key, token => client.GetPublicKeyAsync(new GetPublicKeyRequest { KeyId = key }, token), cancellationToken).ConfigureAwait(false);
        if (answer.KeySpec != KeySpec.ECC_NIST_P256 || answer.KeyUsage != KeyUsageType.SIGN_VERIFY)
        {
            throw new KeyException("KEY_ALG_UNSUPPORTED", $"The key {key} of AWS KMS does not sign with ECDSA P-256, which is accepted everywhere. Make one: aws kms create-key --key-spec ECC_NIST_P256 --key-usage SIGN_VERIFY");
        }

        try
        {
            using var ecdsa = ECDsa.Create();
            ecdsa.ImportSubjectPublicKeyInfo(answer.PublicKey?.ToArray() ?? [], out _);
            return new AwsKey(answer.KeyId ?? throw new CryptographicException("The key has no id."), VerificationKey.From(ecdsa));
        }
        catch (CryptographicException)
        {
            throw new SigningServiceException(SigningServiceException.BadAnswer, $"AWS KMS at {Service} answered something that is no public key for {key}.") { Service = Service };
        }
    }

    /// <summary>Signs a SHA-256; what comes back is not verified yet.</summary>
    /// <exception cref="SigningServiceException">AWS refused or is away.</exception>
    public async Task<byte[]> SignAsync(string arn, byte[] hash, CancellationToken cancellationToken)
    {
        using var message = new MemoryStream(hash, writable: false);
        var request = new SignRequest { KeyId = arn, Message = message, MessageType = MessageType.DIGEST, SigningAlgorithm = SigningAlgorithmSpec.ECDSA_SHA_256 };
        return (await AskAsync("kms:Sign", arn, token => client.SignAsync(request, token), cancellationToken).ConfigureAwait(false)).Signature?.ToArray() ?? [];
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private async Task<T> AskAsync<T>(string permission, string key, Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask(cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonServiceException e) when (e.StatusCode is HttpStatusCode.TooManyRequests || (int)e.StatusCode is 0 or >= 500 || e.ErrorCode is "ThrottlingException" or "KMSInternalException")
        {
            throw Away($"answered {e.ErrorCode ?? "nothing"}");
        }
        catch (AmazonServiceException e)
        {
            // Its words are not passed on, only its code: they may repeat what was sent.
            throw new SigningServiceException(SigningServiceException.Refused, $"AWS KMS at {Service} refused {permission} for {key}: {e.ErrorCode}. Grant {permission} on the key to this identity, and check that the key is enabled.") { Service = Service };
        }
        catch (AmazonClientException e)
        {
            throw new SigningServiceException(SigningServiceException.NoIdentity, $"AWS KMS at {Service} was not asked, as no credentials were found ({e.GetType().Name}). Give the pod a service account with a role (AWS_ROLE_ARN, AWS_WEB_IDENTITY_TOKEN_FILE), or set AWS_PROFILE.") { Service = Service };
        }
        catch (HttpRequestException e)
        {
            throw Away($"cannot be reached: {ConnectionProblem.Describe(e)}");
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw Away("did not answer in time");
        }
    }

    private SigningServiceException Away(string what) =>
        new(SigningServiceException.Unavailable, $"AWS KMS at {Service} {what}. Check its address, or try again later.", isTransient: true) { Service = Service };
}
