namespace Provenance.Attestor.Signing.Pkcs11;

/// <summary>A module did not do what it was asked for.</summary>
/// <param name="function">The function, such as <c>C_Sign</c>.</param>
/// <param name="result">What it returned.</param>
internal sealed class Pkcs11Exception(string function, Pkcs11Result result) : Exception($"{function} answered 0x{(ulong)result:x}")
{
    /// <summary>What it returned.</summary>
    public Pkcs11Result Result { get; } = result;

    /// <summary>Whether the PIN was judged and does not do, so that it must not be tried again.</summary>
    public bool IsOfPin => Result is >= Pkcs11Result.PinIncorrect and <= Pkcs11Result.PinLocked;
}
