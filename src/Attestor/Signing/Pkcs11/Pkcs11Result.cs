namespace Provenance.Attestor.Signing.Pkcs11;

/// <summary>Return values of a module that make a difference here (PKCS #11 2.40, section 5.1).</summary>
internal enum Pkcs11Result : ulong
{
    /// <summary>CKR_OK.</summary>
    Ok = 0,

    /// <summary>CKR_ATTRIBUTE_SENSITIVE.</summary>
    AttributeSensitive = 0x11,

    /// <summary>CKR_ATTRIBUTE_TYPE_INVALID.</summary>
    AttributeTypeInvalid = 0x12,

    /// <summary>CKR_PIN_INCORRECT.</summary>
    PinIncorrect = 0xA0,

    /// <summary>CKR_PIN_INVALID.</summary>
    PinInvalid = 0xA1,

    /// <summary>CKR_PIN_LEN_RANGE.</summary>
    PinLength = 0xA2,

    /// <summary>CKR_PIN_EXPIRED.</summary>
    PinExpired = 0xA3,

    /// <summary>CKR_PIN_LOCKED.</summary>
    PinLocked = 0xA4,

    /// <summary>CKR_USER_ALREADY_LOGGED_IN.</summary>
    AlreadyLoggedIn = 0x100,

    /// <summary>CKR_CRYPTOKI_ALREADY_INITIALIZED.</summary>
    AlreadyInitialized = 0x191,
}
