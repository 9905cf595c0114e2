import type { Resolvers } from '#generated/customers/resolvers.ts';
import { Address } from './resolvers/Address.ts';
import { AddressVersion } from './resolvers/AddressVersion.ts';
import { Consent } from './resolvers/Consent.ts';
import { ConsentChange } from './resolvers/ConsentChange.ts';
import { Customer } from './resolvers/Customer.ts';
import { FavouriteStoreEdge } from './resolvers/FavouriteStoreEdge.ts';
import { addAddress } from './resolvers/Mutation/addAddress.ts';
import { addFavouriteStore } from './resolvers/Mutation/addFavouriteStore.ts';
import { changeAddress } from './resolvers/Mutation/changeAddress.ts';
import { endSupportSession } from './resolvers/Mutation/endSupportSession.ts';
import { eraseCustomer } from './resolvers/Mutation/eraseCustomer.ts';
import { eraseMe } from './resolvers/Mutation/eraseMe.ts';
import { register } from './resolvers/Mutation/register.ts';
import { removeAddress } from './resolvers/Mutation/removeAddress.ts';
import { removeFavouriteStore } from './resolvers/Mutation/removeFavouriteStore.ts';
import { resendReceipt } from './resolvers/Mutation/resendReceipt.ts';
import { revokeAccess } from './resolvers/Mutation/revokeAccess.ts';
import { setConsent } from './resolvers/Mutation/setConsent.ts';
import { setPreferences } from './resolvers/Mutation/setPreferences.ts';
import { signOutEverywhere } from './resolvers/Mutation/signOutEverywhere.ts';
import { updateProfile } from './resolvers/Mutation/updateProfile.ts';
import { customer } from './resolvers/Query/customer.ts';
import { customerByEmail } from './resolvers/Query/customerByEmail.ts';
import { me } from './resolvers/Query/me.ts';
import { supportedCustomer } from './resolvers/Query/supportedCustomer.ts';
import { SupportedCustomer } from './resolvers/SupportedCustomer.ts';

export const resolvers: Resolvers = {
  Query: { me, customer, customerByEmail, supportedCustomer },
  Mutation: {
    register,
    updateProfile,
    addAddress,
    changeAddress,
    removeAddress,
    setPreferences,
    setConsent,
    addFavouriteStore,
    removeFavouriteStore,
    eraseMe,
    signOutEverywhere,
    revokeAccess,
    resendReceipt,
    endSupportSession,
    eraseCustomer,
  },
  Customer,
  SupportedCustomer,
  Address,
  AddressVersion,
  Consent,
  ConsentChange,
  FavouriteStoreEdge,
};
